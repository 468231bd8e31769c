/** What ONNX Runtime says where it fails, in one sentence. JavaScript, because worker.js reads it as it is. */

/** The longest that is told of what ONNX Runtime says. */
const LONGEST = 300;

/**
 * A run that failed: which node and why, without the places in ONNX Runtime's own sources.
 * @param {string} name
 * @param {unknown} error
 */
export function failure(name, error) {
  const text = detail(error);
  const [, op, node, why = text] =
    /Non-zero status code returned while running (\S+) node\. Name:'(.*?)' Status Message: (.*)/.exec(text) ??
    [];
  const reason = why.replace(/\S*onnxruntime\/\S+:\d+ (?:.*? was false\. )?/, '');
  const at = op === undefined ? '' : `its ${op}${node ? ` (node "${node}")` : ''} fails: `;
  return `ONNX Runtime failed in ${name}: ${at}${reason.length > LONGEST ? `${reason.slice(0, LONGEST)} ….` : reason}`;
}

/**
 * What an error says, on one line that ends in a full stop.
 * @param {unknown} error
 */
export function detail(error) {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  return message.endsWith('.') ? message : `${message}.`;
}
