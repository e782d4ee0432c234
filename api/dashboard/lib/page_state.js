// The reader's place: kept through live updates, and found again when the browser goes back.

const SAVE_DELAY = 150;

/** What a person has typed, where the focus is and how far the page is scrolled, by the ids of the fields. */
export function takePlace(main) {
  const typed = [...main.querySelectorAll("textarea[id], input[id], select[id]")].filter(
    (field) => field.value !== (field.defaultValue ?? field.value),
  );
  return {
    focus: document.activeElement?.id ?? "",
    scroll: scrollY,
    values: typed.map((field) => [field.id, field.value]),
  };
}

/** Put back what `takePlace` took. */
export function giveBack({ focus, scroll, values }) {
  for (const [id, value] of values) {
    const field = document.getElementById(id);
    if (field) field.value = value;
  }
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  scrollTo(0, scroll);
}

/** Whether a reload would take from a person where they are: scrolled, selected, opened, loaded or typed. */
export function hasPlace(main) {
  const focused = document.activeElement;
  return (
    scrollY > 0 ||
    (focused !== null && focused !== document.body && focused !== main && main.contains(focused)) ||
    !getSelection().isCollapsed ||
    main.querySelector("details[open], [aria-pressed=true], [data-chosen], [data-grown], [data-following], :checked:not(option, [disabled], [data-stored])") !==
      null ||
    hasUnsavedText(main)
  );
}

const hasUnsavedText = (main) =>
  [...main.querySelectorAll("textarea, input:not([type=checkbox], [type=radio], [type=range])")].some(
    (field) => field.value !== field.defaultValue && field.type !== "search",
  );

/** Remember the scroll position of each entry of the history, so that “back” returns to it. */
export function rememberScroll(main) {
  history.scrollRestoration = "manual";
  let timer = null;
  const save = () => {
    timer = null;
    history.replaceState({ ...history.state, scroll: scrollY, height: main.offsetHeight }, "");
  };
  addEventListener("scroll", () => (timer ??= setTimeout(save, SAVE_DELAY)), { passive: true });
  addEventListener("click", () => timer && (clearTimeout(timer), save()), { capture: true });
}

/** Where the reader was at this entry of the history; null: it is new. */
export const placeOfEntry = () => (history.state?.scroll === undefined ? null : history.state);

/** Remember how many rows of a list are shown, for the same reason. */
export const rememberRows = (count) => history.replaceState({ ...history.state, rows: count }, "");

/** How many rows of the list were shown at this entry of the history. */
export const rowsOfEntry = () => history.state?.rows ?? 0;
