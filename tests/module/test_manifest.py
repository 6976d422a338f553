import pytest

from core.errors import ManifestError
from core.module.manifest import READERS, read_manifest, version_key


def write(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__manifest__.py").write_text(text, encoding="utf-8")
    return folder


def test_a_manifest_is_read_with_its_defaults(tmp_path):
    manifest = read_manifest(write(tmp_path / "after_sale", "{'version': '1.2', 'data': ['views/claim.xml']}"))
    assert manifest.addon == "after_sale"
    assert manifest.name == "After sale"
    assert manifest.version == "1.2"
    assert manifest.depends == ("base",)
    assert manifest.data == ("views/claim.xml",)
    assert manifest.installable
    assert manifest.missing_files() == ["views/claim.xml"]


def test_base_depends_on_nothing(tmp_path):
    assert read_manifest(write(tmp_path / "base", "{'name': 'Base'}")).depends == ()


@pytest.mark.case("K03")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{'nmae': 'X'}", "unknown key nmae; did you mean name?"),
        ("{\n'name': 'X',\n'depends': 'base'}", ":3: depends: a list of texts is wanted"),
        ("{'name': 1}", "a text is wanted, not int"),
        ("{'auto_install': 1}", "True or False"),
        ("{'sequence': True}", "whole number"),
        ("{'name': 'a', 'name': 'b'}", "given twice"),
        ("{'depends': ['crm', 'crm']}", "listed twice"),
        ("{'depends': ['Crm']}", "no addon name"),
        ("{'depends': ['claim']}", "claim depends on itself"),
        ("{'version': '1.0-beta'}", "no version"),
        ("{'version': '9999999999'}", "no version"),
        ("{'data': ['../base/data.xml']}", "no path inside the addon"),
        ("{'data': ['/etc/passwd.xml']}", "no path inside the addon"),
        ("{'data': ['run.py']}", "neither an .xml nor a .csv"),
        ("{'name': open('/etc/passwd').read()}", "malformed node"),
        ("{'name': __import__('os').name}", "malformed node"),
        ("['name']", "one literal mapping"),
        ("{1: 'x'}", "keys are texts"),
        ("{**{'name': 'x'}}", "keys are texts"),
        ("import os", "not a literal mapping"),
        ("{'name': 'x'", "not a literal mapping"),
        ("", "not a literal mapping"),
        ("(" * 300 + ")" * 300, "not a literal mapping"),
        ("#" * 70000, "larger than"),
        ("{'name': 'a\0b'}", "not a literal mapping"),
    ],
)
def test_a_bad_manifest_is_refused_with_its_reason(tmp_path, text, reason):
    with pytest.raises(ManifestError) as refused:
        read_manifest(write(tmp_path / "claim", text))
    assert reason in str(refused.value)
    assert "__manifest__.py:" in str(refused.value)


@pytest.mark.case("K03")
def test_a_missing_or_foreign_encoded_manifest_is_refused(tmp_path):
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path)
    folder = tmp_path / "claim"
    folder.mkdir()
    (folder / "__manifest__.py").write_bytes("{'name': 'Reclamación'}".encode("cp1252"))
    with pytest.raises(ManifestError, match="not UTF-8"):
        read_manifest(folder)


def test_versions_are_compared_as_numbers():
    assert version_key("1.10") > version_key("1.9")
    assert version_key("1.0.0") == version_key("1")
    with pytest.raises(ValueError, match="one"):
        version_key("one")


def test_every_key_of_the_manifest_has_a_reader(tmp_path):
    text = "{" + ", ".join(f"'{key}': None" for key in READERS) + "}"
    with pytest.raises(ManifestError, match="name: a text is wanted, not NoneType"):
        read_manifest(write(tmp_path / "claim", text))
