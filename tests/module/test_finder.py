import pytest

from core.errors import UnknownName
from core.module import finder
from core.module.finder import add_paths, find_addons, missing_libraries


def test_addons_of_an_added_path_are_found(addon_folder):
    addon_folder.write("garden", "{'depends': ['base']}")
    (addon_folder.path / "no_addon").mkdir()
    found = find_addons()
    assert found.manifests["garden"].depends == ("base",)
    assert "no_addon" not in found.manifests


@pytest.mark.case("K03")
def test_a_bad_manifest_does_not_hide_the_others(addon_folder):
    addon_folder.write("garden", "{'depends': ['base']}")
    addon_folder.write("weeds", "{'depends': [")
    found = find_addons()
    assert "garden" in found.manifests
    assert "weeds" not in found.manifests
    assert "not a literal mapping" in str(found.broken["weeds"])


def test_a_repaired_manifest_is_read_again(addon_folder):
    addon_folder.write("weeds", "{'depends': [")
    assert "weeds" in find_addons().broken
    addon_folder.write("weeds", "{'depends': ['base']}")
    assert "weeds" in find_addons().manifests


def test_the_first_path_wins(addon_folder, tmp_path):
    addon_folder.write("garden", "{'version': '1.1'}")
    other = tmp_path / "other" / "garden"
    other.mkdir(parents=True)
    (other / "__manifest__.py").write_text("{'version': '2.2'}")
    add_paths([tmp_path / "other"])
    assert find_addons().manifests["garden"].version == "1.1"


def test_a_path_is_added_once_and_must_exist(addon_folder, tmp_path):
    before = list(finder.namespace().__path__)
    add_paths([addon_folder.path])
    assert list(finder.namespace().__path__) == before
    with pytest.raises(UnknownName, match="is no folder"):
        add_paths([tmp_path / "nowhere"])


def test_added_paths_survive_a_change_of_the_module_search_path(addon_folder, tmp_path, monkeypatch):
    (tmp_path / "elsewhere" / "addons").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path / "elsewhere"))
    assert addon_folder.path in finder.search_paths()


@pytest.mark.case("K08")
def test_an_alias_claimed_twice_breaks_both(addon_folder):
    addon_folder.write("garden", "{'aliases': ['plants']}")
    addon_folder.write("flowers", "{'aliases': ['plants']}")
    found = find_addons()
    assert "plants is claimed by flowers, garden" in str(found.broken["garden"])
    assert "flowers" in found.broken


def test_an_addon_wins_over_an_alias_of_its_name(addon_folder):
    addon_folder.write("garden", "{'aliases': ['plants', 'trees']}")
    addon_folder.write("plants")
    found = find_addons()
    assert found.resolve("plants") == "plants"
    assert found.resolve("trees") == "garden"


def test_missing_libraries_are_named(addon_folder):
    addon_folder.write("garden", "{'external': ['json', 'a_library_nobody_wrote']}")
    assert missing_libraries(find_addons().manifests["garden"]) == ["a_library_nobody_wrote"]
