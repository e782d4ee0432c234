// Texts, marks and borders whose contrast with what they stand on is too low: 4.5 for texts, 3 for the others.

() => {
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const parse = (text) => {
    const numbers = (text.match(/[\d.]+/g) ?? []).map(Number);
    return numbers.length < 3 ? null : { rgb: numbers.slice(0, 3), alpha: numbers[3] ?? 1 };
  };
  const over = ({ rgb, alpha }, below) =>
    rgb.map((value, index) => value * alpha + below[index] * (1 - alpha));
  const light = (rgb) => {
    const [red, green, blue] = rgb.map((value) => channel(value / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (left, right) => {
    const [high, low] = [light(left), light(right)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = at instanceof SVGElement ? null : parse(getComputedStyle(at).backgroundColor);
      if (colour && colour.alpha > 0.99) return colour.rgb;
    }
    return parse(getComputedStyle(document.body).backgroundColor).rgb;
  };
  const failures = [];
  const check = (element, colours, least) => {
    const below = ground(element.parentElement);
    const ratios = colours
      .map(parse)
      .filter(Boolean)
      .map((colour) => ratio(over(colour, below), below));
    const best = Math.max(0, ...ratios);
    const name = `${element.tagName} ${element.getAttribute("class") ?? ""}`;
    if (best < least) failures.push(`${name} ${best.toFixed(2)}`);
  };
  const isShown = (element) => element.getClientRects().length > 0;
  const marks = ".bar-mark, .swatch circle, .line, .threshold, .point circle, .estimate, .range";
  const fields = "input:not([type=checkbox], [type=radio], [type=range]), select, textarea";
  for (const text of [...document.querySelectorAll("svg text")].filter(isShown))
    check(text, [getComputedStyle(text).fill], 4.5);
  for (const mark of [...document.querySelectorAll(marks)].filter(isShown))
    check(mark, [getComputedStyle(mark).fill, getComputedStyle(mark).stroke], 3);
  for (const field of [...document.querySelectorAll(fields)].filter(isShown))
    check(field, [getComputedStyle(field).borderTopColor], 3);
  return [...new Set(failures)];
};
