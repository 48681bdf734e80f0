"""Pydantic's complaints in words, for the API and the command line."""

from collections.abc import Mapping
from typing import Any

from geo import Text

_COMPLAINTS: Mapping[str, Text] = {
    "missing": Text("必須です", "is required"),
    "extra_forbidden": Text("という項目はありません", "is not known"),
    "json_invalid": Text("JSONとして読めません", "is not valid JSON"),
    "int_parsing": Text("整数ではありません", "is not a whole number"),
    "int_from_float": Text("整数ではありません", "is not a whole number"),
    "int_type": Text("整数ではありません", "is not a whole number"),
    "float_parsing": Text("数値ではありません", "is not a number"),
    "float_type": Text("数値ではありません", "is not a number"),
    "finite_number": Text("有限の数値ではありません", "is not a finite number"),
    "bool_parsing": Text("true か false にしてください", "must be true or false"),
    "string_type": Text("文字列ではありません", "is not a text"),
    "string_too_short": Text("短すぎます({min_length}文字以上)", "is too short (at least {min_length} characters)"),
    "string_too_long": Text("長すぎます({max_length}文字まで)", "is too long (at most {max_length} characters)"),
    "greater_than": Text("{gt}より大きくしてください", "must be greater than {gt}"),
    "greater_than_equal": Text("{ge}以上にしてください", "must be at least {ge}"),
    "less_than": Text("{lt}より小さくしてください", "must be less than {lt}"),
    "less_than_equal": Text("{le}以下にしてください", "must be at most {le}"),
    "literal_error": Text("{expected} のいずれかにしてください", "must be {expected}"),
    "enum": Text("{expected} のいずれかにしてください", "must be {expected}"),
    "model_attributes_type": Text("JSONのオブジェクトではありません", "is not a JSON object"),
    "model_type": Text("JSONのオブジェクトではありません", "is not a JSON object"),
    "value_error": Text("正しくありません({error})", "is not right: {error}"),
}


def complaint(error: Mapping[str, Any]) -> Text:
    """What is wrong, without the name of the field. `error` is one of a ValidationError's `errors()`."""
    known = _COMPLAINTS.get(error["type"])
    if known is None:
        return Text(f"正しくありません({error['msg']})", f"is not right: {error['msg']}")
    context = {key: str(value).replace(" or ", ", ") for key, value in error.get("ctx", {}).items()}
    return Text(known.ja.format_map(context), known.en.format_map(context))


def explain(error: Mapping[str, Any]) -> Text:
    """The field and what is wrong with it."""
    # The first part says where a request carries it: in its path, query or body.
    place = [str(part) for part in error["loc"][1:] if not isinstance(part, int) or error["type"] != "json_invalid"]
    name, what = ".".join(place) or "body", complaint(error)
    return Text(f"{name}: {what.ja}", f"{name} {what.en}")
