// Writes the texts that it is given as CSV, as the dashboard saves a list; prints the rows as JSON.

const DASHBOARD = new URL("../../../api/dashboard/", import.meta.url);
Object.assign(globalThis, {
  document: { baseURI: "http://dashboard.test/" },
  location: { hash: "", pathname: "/" },
  sessionStorage: { getItem: () => null },
});
const { writeCsv } = await import(new URL("lib/csv.js", DASHBOARD));
const rows = JSON.parse(process.argv[2]).map((title) => ({ title }));
console.log(JSON.stringify({ text: writeCsv(rows) }));
