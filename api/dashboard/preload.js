// Asks for the scripts of the screen that the address names, before any script says that it needs them.

(() => {
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const [path] = (location.hash.slice(1) || "/").split("?");
  const list = document.getElementById("scripts-of-screens")?.textContent ?? "{}";
  for (const name of JSON.parse(list)[path.replace(/[0-9a-f-]{36}/, ":id")] ?? []) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = new URL(name, src).href;
    document.head.append(link);
  }
})();
