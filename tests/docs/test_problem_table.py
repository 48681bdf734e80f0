from tests.docs.problem_table import PAGE, page


def test_the_page_of_problems_is_that_of_the_catalogue() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.docs.problem_table"
