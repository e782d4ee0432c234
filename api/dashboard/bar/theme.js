// The theme: as the system, light or dark; remembered in this browser.

import { h } from "../lib/elements.js";

const KEY = "causeloop-theme";
const THEMES = [
  ["system", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
];

const chosenTheme = () => document.documentElement.dataset.theme ?? "system";

/** @param {string} theme */
function useTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing uses it until the page is left.
  }
  dispatchEvent(new CustomEvent("theme-changed"));
}

/** The choice of the theme. */
export const themeChoice = () =>
  h(
    "fieldset",
    { class: "themes" },
    h("legend", {}, "Theme"),
    THEMES.map(([theme, text]) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name: "theme",
          value: theme,
          checked: theme === chosenTheme(),
          onchange: () => useTheme(theme),
        }),
        text,
      ),
    ),
  );
