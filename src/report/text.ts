/** Text within a page. */

/** As text that no browser takes for markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** JSON that may stand in a `script` element. */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** A whole page that fetches nothing. @param body, script markup and code of ours. */
export function htmlPage(title: string, style: string, body: string, script = ''): string {
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="generator" content="retrodict"><meta name="color-scheme" content="light dark">',
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    `<body>${body}${script && `<script type="module">${script}</script>`}`,
    '</html>',
    '',
  ].join('\n');
}
