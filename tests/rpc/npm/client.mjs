// Logs in with odoo-await, makes, reads, changes, finds and deletes a partner, and prints what it saw as JSON.
import Odoo from "odoo-await";

const [baseUrl, port, db, username, password] = process.argv.slice(2);
const odoo = new Odoo({ baseUrl: new URL(baseUrl).origin.replace(`:${port}`, ""), port: Number(port), db, username, password });
const seen = {};
seen.uid = await odoo.connect();
const external = `rpc_tests_${Date.now()}`;
seen.created = await odoo.create("res.partner", { name: "Quesos Núñez" }, external, "__rpc_tests__");
seen.read = await odoo.read("res.partner", [seen.created], ["name"]);
await odoo.update("res.partner", seen.created, { name: "Quesos Núñez y Cía", city: "Ávila" });
seen.found = await odoo.search("res.partner", { id: seen.created });
seen.rows = await odoo.searchRead("res.partner", { id: seen.created }, ["name", "city"]);
seen.fields = await odoo.getFields("res.partner", ["type"]);
seen.by_external_id = await odoo.readByExternalId(external, ["name"]);
await odoo.delete("res.partner", seen.created);
seen.left = await odoo.search("res.partner", { id: seen.created });
try {
  await odoo.searchRead("res.partner", [["no_such_field", "=", 1]], ["name"]);
  seen.refused = "";
} catch (error) {
  seen.refused = String(error.faultString || error);
}
console.log(JSON.stringify(seen));
