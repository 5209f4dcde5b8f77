"""Every concern has a page: its contract, its template's resources, and the written reasons."""

import re
from pathlib import Path

import pytest

from docs.build.concerns import PLACEHOLDER, WRITTEN, contract_pages, index_page, whole_page
from docs.build.diagrams import arrows, diagram, nodes_of
from tidegen.cloudformation.schemas import create_only
from tidegen.cloudformation.stateful import stateful_ids
from tidegen.concerns import own_concerns
from tidegen.rendering import render

CONCERNS = own_concerns()
PAGES = contract_pages(CONCERNS)
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "concerns"
TEMPLATES = render(CONCERNS, "json").templates
each = pytest.mark.parametrize("concern", CONCERNS, ids=lambda c: c.name)


def resources(concern):
    scope = concern.scopes[0]
    name = f"roots/{scope}.json" if scope.is_direct else f"{concern.name}.json"
    return TEMPLATES[name]["Resources"]


def stateful(concern):
    return tuple(stateful_ids({"Resources": resources(concern)}))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_a_written_page_has_reasons_costs_and_quotas(path):
    text = path.read_text()
    assert text.count(PLACEHOLDER) == 1
    for title in WRITTEN:
        (part,) = re.findall(rf"^{title}\n\n(.+?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        assert len(part.split()) >= 5, title
    why = text.partition(WRITTEN[0])[2].partition("\n## ")[0].strip().splitlines()
    assert 5 <= len(why) <= 24, "short enough to be read, long enough to say something"


def test_every_written_page_has_a_concern():
    assert {path.stem for path in FOLDER.glob("*.md")} <= {concern.name for concern in CONCERNS}


@each
def test_the_page_has_the_whole_contract(concern):
    text = whole_page(concern.name, PAGES[concern.name], f"# {concern.name}\n{PLACEHOLDER}")
    assert PLACEHOLDER not in text
    assert concern.purpose in text
    names = [item.name for item in (*concern.inputs, *concern.outputs)]
    for name in (*names, *stateful(concern)):
        assert f"| `{name}` |" in text
    titles = ["Inputs", "Outputs", "Stateful", "Replacements"]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == titles


@each
def test_the_index_links_to_the_page(concern):
    assert f"[{concern.name}]({concern.name}.md)" in index_page(CONCERNS)


def test_a_concern_without_written_parts_has_a_page():
    text = whole_page("reports", PAGES["metrics"], None)
    assert text.startswith("# reports\n")
    assert "## Inputs" in text


@each
def test_each_resource_is_in_one_box_and_the_diagram_is_readable(concern):
    nodes = nodes_of(resources(concern), stateful(concern))
    drawn = sorted(member for node in nodes for member in node.members)
    assert drawn == sorted(resources(concern))
    assert len(nodes) <= 30
    assert len(arrows(resources(concern), nodes)) <= 50


@each
def test_stateful_resources_are_drawn_as_stateful(concern):
    nodes = nodes_of(resources(concern), stateful(concern))
    kept = {member for node in nodes if node.stateful for member in node.members}
    assert kept >= set(stateful(concern))
    drawn = diagram(resources(concern), stateful(concern))
    assert drawn.count("[(") == sum(node.stateful for node in nodes)


def test_arrows_follow_every_kind_of_reference_and_skip_implied_ones():
    template = {
        "Vpc": {"Type": "AWS::EC2::VPC"},
        "Subnet1": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "Subnet2": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "Group": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": {"Fn::Sub": "/x/${Vpc}/${AWS::Region}/${!Subnet1}"}},
        },
        "Host": {
            "Type": "AWS::EC2::Instance",
            "Properties": {
                "SubnetId": {"Fn::GetAtt": ["Subnet1", "SubnetId"]},
                "UserData": {"Fn::Sub": ["${Vpc.CidrBlock}${Own}", {"Own": "x"}]},
            },
            "DependsOn": ["Group", "Outside"],
        },
    }
    drawn = diagram(template, ("Group",))
    assert re.findall(r"\S+ --> \S+", drawn) == [
        "EC2_Instance_Host --> EC2_Subnet_Subnet",
        "EC2_Instance_Host --> Logs_LogGroup_Group",
        "EC2_Subnet_Subnet --> EC2_VPC_Vpc",
        "Logs_LogGroup_Group --> EC2_VPC_Vpc",
    ]
    assert 'EC2_Subnet_Subnet["Subnet x 2"]' in drawn
    assert 'Logs_LogGroup_Group[("Group<br>(LogGroup)")]' in drawn


def test_replacements_are_create_only_properties_in_use():
    rows = dict(re.findall(r"^\| (AWS::\S+) \| (.+) \|$", PAGES["network"], re.MULTILINE))
    assert "`CidrBlock` (`VpcCidr`)" in rows["AWS::EC2::VPC"]
    assert "EnableDnsSupport" not in rows["AWS::EC2::VPC"]
    for type_name, row in rows.items():
        named = set(re.findall(r"`([\w.]+)`", re.sub(r"\(.*?\)", "", row)))
        assert named <= create_only(type_name)[0]
