// Sets the theme that was chosen in this browser before anything is painted; `bar/theme.js` offers the choice.

try {
  const theme = localStorage.getItem("causeloop-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing follows the system.
}
