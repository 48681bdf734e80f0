import { describe, expect, test } from "vitest";
import { columnOfTheme, columnThemeId, themeOfValues } from "../src/column";
import { text } from "./sample";

const column = (name: string, unit = ""): Parameters<typeof themeOfValues>[0] => ({ name, label: text(name), type: "number", unit });

describe("numbers", () => {
  test("fall into five classes of about equal numbers", () => {
    const values = Array.from({ length: 1000 }, (_, index) => index * index);
    const { classes, type } = themeOfValues(column("area", "m²"), values);
    expect(type).toBe("steps");
    expect(classes).toHaveLength(5);
    for (const { min, max } of classes) {
      const inside = values.filter((one) => one >= (min ?? -Infinity) && one < (max ?? Infinity)).length;
      expect(inside).toBeGreaterThan(180);
      expect(inside).toBeLessThan(220);
    }
  });

  test("that are all the same make one class", () => {
    expect(themeOfValues(column("x"), [7, 7, null, 7]).classes).toHaveLength(1);
  });

  test("with few different values make as many classes as can be told apart", () => {
    const { classes } = themeOfValues(column("x"), [1, 1, 1, 1, 1, 1, 1, 1, 2, 3]);
    expect(classes.map((one) => one.min)).toEqual([null, 2]);
  });
});

describe("texts", () => {
  test("have a colour each, the commonest first", () => {
    const { classes, type } = themeOfValues(column("use"), ["b", "a", "b", null, ""]);
    expect(type).toBe("categories");
    expect(classes.map((one) => one.value)).toEqual(["b", "a"]);
  });

  test("beyond nine share one colour", () => {
    const { classes, missing } = themeOfValues(column("use"), Array.from({ length: 30 }, (_, index) => `v${index}`));
    expect(classes).toHaveLength(9);
    expect(missing?.label.en).toBe("Other");
  });
});

test("a theme made from a column says so in its id", () => {
  expect(columnOfTheme(columnThemeId("a:b"))).toBe("a:b");
  expect(columnOfTheme("usage")).toBeNull();
  expect(columnOfTheme(null)).toBeNull();
});
