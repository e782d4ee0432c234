// Printing a page, or saving it as a PDF, which every browser's print dialog offers.

import { h } from "../lib/elements.js";

/** “Print or save as PDF”. */
export const printButton = () =>
  h("button", { type: "button", class: "print-button", onclick: () => print() }, "Print or save as PDF");
