// Reads what is typed into the searches of lists; prints the filters, words and problem of each as JSON.

const DASHBOARD = new URL("../../../api/dashboard/", import.meta.url);
Object.assign(globalThis, {
  document: { baseURI: "http://dashboard.test/" },
  location: { hash: "", pathname: "/" },
  sessionStorage: { getItem: () => null },
});
const { addFilters, readSearch } = await import(new URL("lib/filters/tokens.js", DASHBOARD));
const { completionsOf } = await import(new URL("lib/filters/completions.js", DASHBOARD));
const { tidy, readQuery, writeQuery } = await import(new URL("lib/filters/values.js", DASHBOARD));
const { list, searches } = JSON.parse(process.argv[2]);
const { FIELDS, STATES } = await import(new URL(`screens/${list}/filters.js`, DASHBOARD));
const described = { fields: FIELDS, is: STATES };
const read = [];
for (const text of searches) {
  const { filters, words, problem } = readSearch(text, described);
  const added = tidy(addFilters({}, filters, described));
  const completions = (await completionsOf(text, described)).map((completion) => completion.text);
  read.push({ filters: added, words, problem, completions, again: tidy(readQuery(writeQuery(added))) });
}
console.log(JSON.stringify({ read }));
