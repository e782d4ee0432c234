// Focus, typed text and scroll position: kept through live updates, and restored when the browser goes back.

const SAVE_DELAY = 150;

/**
 * What a person has typed, where the focus is and how far the page is scrolled, by the ids of the fields.
 * @param {HTMLElement} main
 */
export function capturePageState(main) {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (
    main.querySelectorAll("textarea[id], input[id], select[id]")
  );
  const typed = [...fields].filter((field) => field.value !== (field.defaultValue ?? field.value));
  return {
    focus: document.activeElement?.id ?? "",
    scroll: scrollY,
    values: typed.map((field) => [field.id, field.value]),
  };
}

/**
 * Restore what `capturePageState` returned.
 * @param {ReturnType<typeof capturePageState>} options
 */
export function restorePageState({ focus, scroll, values }) {
  for (const [id, value] of values) {
    const field = /** @type {HTMLInputElement | null} */ (document.getElementById(id));
    if (field) field.value = value;
  }
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  scrollTo(0, scroll);
}

/**
 * Whether a reload would disturb somebody who has scrolled, selected, opened, loaded or typed something.
 * @param {HTMLElement} main
 */
export function isPageInUse(main) {
  const focused = document.activeElement;
  return (
    scrollY > 0 ||
    (focused !== null && focused !== document.body && focused !== main && main.contains(focused)) ||
    getSelection()?.isCollapsed === false ||
    main.querySelector(
      "details[open], [aria-pressed=true], [data-chosen], [data-grown], [data-following], :checked:not(option, [disabled], [data-stored])",
    ) !== null ||
    hasUnsavedText(main)
  );
}

/** @param {HTMLElement} main */
function hasUnsavedText(main) {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (
    main.querySelectorAll("textarea, input:not([type=checkbox], [type=radio], [type=range])")
  );
  return [...fields].some((field) => field.value !== field.defaultValue && field.type !== "search");
}

/**
 * Save the scroll position with each entry of the history, so that “back” returns to it.
 * @param {HTMLElement} main
 */
export function trackScrollPosition(main) {
  history.scrollRestoration = "manual";
  /** @type {ReturnType<typeof setTimeout> | null} */
  let timer = null;
  const save = () => {
    timer = null;
    history.replaceState({ ...history.state, scroll: scrollY, height: main.offsetHeight }, "");
  };
  const saveLater = () => {
    timer ??= setTimeout(save, SAVE_DELAY);
  };
  const saveNow = () => {
    if (timer === null) return;
    clearTimeout(timer);
    save();
  };
  addEventListener("scroll", saveLater, { passive: true });
  addEventListener("click", saveNow, { capture: true });
}

/** The scroll position saved with this entry of the history; null: it is a new entry. */
export const savedScrollPosition = () => (history.state?.scroll === undefined ? null : history.state);

/**
 * Save how many rows of a list are shown with this entry of the history.
 * @param {number} count
 */
export const saveRowCount = (count) => history.replaceState({ ...history.state, rows: count }, "");

/** How many rows of a list were shown at this entry of the history. */
export const savedRowCount = () => history.state?.rows ?? 0;
