"""Every recipe of the cookbook checks without a word and says when to use it; its scenarios are played elsewhere."""

from pathlib import Path

import pytest

from nurture.cli.check import checked

ROOT = Path(__file__).parents[2]
COOKBOOK = ROOT / "docs" / "cookbook"
RECIPES = sorted(path.parents[1] for path in COOKBOOK.glob("*/campaigns/*.yaml"))


def test_there_are_ten_recipes_and_the_list_names_them_all() -> None:
    told = (COOKBOOK / "README.md").read_text("utf-8")

    assert len(RECIPES) >= 10
    assert [each.name for each in RECIPES if f"[{each.name}]({each.name}/README.md)" not in told] == []


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_a_recipe_has_no_fault_and_says_when_to_use_it(recipe: Path) -> None:
    report = checked(recipe, None)

    assert [str(problem) for problem in (*report.errors, *report.warnings)] == []
    assert (recipe / "README.md").read_text("utf-8").startswith("# ")
    assert (recipe / "campaigns" / "tests" / f"{recipe.name}.yaml").is_file()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_a_recipe_has_the_layouts_of_the_shipped_project(recipe: Path) -> None:
    layouts = Path("templates/emails/layouts")
    for shipped in (ROOT / layouts).iterdir():
        is_same = (recipe / layouts / shipped.name).read_bytes() == shipped.read_bytes()
        assert is_same, f"copy {layouts / shipped.name} into each recipe"
