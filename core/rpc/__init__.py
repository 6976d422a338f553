"""Speaks XML-RPC, JSON-RPC and JSON-2 as OpenERP clients expect them; every call goes through `dispatch.call`."""
