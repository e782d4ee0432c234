// What a program calls itself, as people call it.

/** In this order: Edge and Opera also say Chrome, and Chrome also says Safari.
 * @type {[sign: RegExp, name: string][]} */
const BROWSERS = [
  [/\bEdg(?:A|iOS)?\/(\d+)/, "Edge"],
  [/\bOPR\/(\d+)/, "Opera"],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, "Firefox"],
  [/\b(?:Headless)?(?:Chrome|CriOS)\/(\d+)/, "Chrome"],
  [/\bVersion\/(\d+)\S* (?:Mobile\/\S+ )?Safari\//, "Safari"],
];

/** @type {[sign: RegExp, name: string][]} */
const SYSTEMS = [
  [/\b(?:iPhone|iPad)\b/, "iOS"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

/**
 * “Mozilla/5.0 (X11; Linux x86_64) … Chrome/156.0.0.0 …” → “Chrome 156 on Linux”; what is no browser stays as it is.
 * @param {string | null | undefined} client
 */
export function programOf(client) {
  if (!client) return "an unknown program";
  for (const [sign, name] of BROWSERS) {
    const version = sign.exec(client)?.[1];
    if (!version) continue;
    const system = SYSTEMS.find(([sign]) => sign.test(client))?.[1];
    return `${name} ${version}${system ? ` on ${system}` : ""}`;
  }
  return client;
}
