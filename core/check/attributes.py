"""The attributes that the tags of data files have: those that do something, and those that mean nothing any more."""

from __future__ import annotations

from typing import Final

READ: Final[dict[str, str]] = {
    "openerp": "noupdate context",
    "odoo": "noupdate context",
    "terp": "noupdate context",
    "data": "noupdate context",
    "record": "id model forcecreate context",
    "field": "name type ref eval search model use file",
    "value": "name type ref eval search model use file",
    "function": "model name id eval context uid",
    "workflow": "model ref action uid context id field start name on_create running inherit",
    "moved": "from to",
    "state": "name action kind split join stop label subflow",
    "transition": "name from to groups condition label sequence trigger_model trigger",
    "menuitem": "id name parent action sequence groups web_icon",
    "menu": "id name parent action sequence groups icon web_icon active",
    "act_window": "id name res_model domain src_model context view_id view_type view_mode multi target key2 groups "
    "limit usage",
    "action": "id name groups model views search view target domain context limit help binding usage",
    "report": "id string model name report_type multi menu keyword rml file xml xsl attachment attachment_use groups "
    "usage template type lang paper_format binding",
    "url": "id name url target",
    "delete": "model id search",
    "assert": "model id search count string",
    "test": "expr type ref eval search model",
    "ir_set": "",
    "template": "id name inherit_id priority primary groups",
    "view": "id model type inherit mode priority groups name active forcecreate",
}

INERT: Final[dict[str, dict[str, str]]] = {
    "data": {"uid": "data files run as the superuser"},
    "field": {"domain": "a field of a record has no domain"},
    "menuitem": {
        "icon": "menus show the icon of their application",
        "web_icon_hover": "menus have one icon",
        "string": "it never had an effect",
        "menu": "it never had an effect",
    },
    "act_window": {
        "auto_refresh": "lists are brought up to date by the server",
        "type": "the type is given",
        "replace": "a binding is replaced by itself",
    },
    "report": {
        "auto": "templates are read when they are needed",
        "header": "every report has the company's header",
        "webkit_header": "every report has the company's header",
        "sxw": "office documents are no templates here",
        "replace": "a binding is replaced by itself",
    },
    "assert": {"severity": "a failing test is reported and stops nothing", "context": "tests read plain values"},
}
"""Attributes that older files write, by tag, with the reason why they do nothing."""
