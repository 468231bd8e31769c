/** Reading model cards, and saying what they lack. */
import { z } from 'zod';
import { parseJson as parseJsonText } from '../src/core/json.js';
import { check, faultInWords, firstOf, shown } from '../src/core/schema-words.js';
import { type Card, compressiveCard, diffusionCard, type FileCard, latentCard, maskedCard } from './card.js';
import type { Prior } from './prior.js';

const schemas = {
  diffusion: diffusionCard,
  latent: latentCard,
  compressive: compressiveCard,
  masked: maskedCard,
} as const;

/** Whether this version can load what a card of this kind describes. */
export function isKnownKind(kind: unknown): kind is Card['kind'] {
  return typeof kind === 'string' && Object.hasOwn(schemas, kind);
}

/**
 * Checks what a card says.
 * @param text JSON.
 * @param source names the file in messages.
 * @throws Error naming the file, every field that it lacks and every one that is not as it should be.
 */
export function parseCard(text: string, source: string): Card {
  const content = parseJson(text, source);
  const { kind } = content;
  if (!isKnownKind(kind)) {
    const found = kind === undefined ? 'it names no kind' : `its kind is ${shown(kind)}`;
    throw new Error(`${source} is no model card: ${found}; expected ${Object.keys(schemas).join(' or ')}.`);
  }
  const checked = check(schemas[kind], content);
  if (checked.ok) return checked.value;
  const missing = checked.faults.filter((fault) => fault.missing).map(({ path }) => path.join('.'));
  const wrong = checked.faults.filter((fault) => !fault.missing).map(faultInWords);
  if (missing.length > 0) wrong.unshift(`it lacks ${firstOf(missing, 12)}`);
  throw new Error(`${source} is no model card: ${firstOf(wrong, 5, '; ')}.`);
}

/** The object that stands in a JSON file. @throws Error naming the file. */
export function parseJson(text: string, source: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = parseJsonText(text);
  } catch (error) {
    throw new Error(`${source} is no JSON: ${(error as Error).message}.`);
  }
  if (typeof content === 'object' && content !== null) return content as Record<string, unknown>;
  throw new Error(`${source} holds ${shown(content)}; expected an object of fields.`);
}

/** Every file that a card names. */
export function filesOf(card: Card): readonly FileCard[] {
  const { lastLayer, cap } = card.kind === 'diffusion' ? card : {};
  return [...networksOf(card), ...filesOfPart(lastLayer), ...filesOfPart(cap)];
}

/** Those of them that decide what a network answers. */
function networksOf(card: Card): readonly FileCard[] {
  if (card.kind === 'compressive' || card.kind === 'masked') {
    return Object.values(card.graphs).flatMap(filesOfPart);
  }
  const parts = card.kind === 'diffusion' ? [card] : [card.codes, card.decoder, card.encoder, card.text];
  const graphs = parts.flatMap((part) => (part ? [part.model, ...part.externalData] : []));
  return card.kind === 'latent' && card.text ? [...graphs, ...card.text.tokenizer] : graphs;
}

function filesOfPart(part?: FileCard & { readonly externalData?: readonly FileCard[] }): readonly FileCard[] {
  return part ? [{ path: part.path, sha256: part.sha256 }, ...(part.externalData ?? [])] : [];
}

/**
 * The hashes of a prior's networks, by which results tell what made them. A prior in closed form has none and goes by
 * its name.
 */
export function weightsOf(prior: Prior | undefined): readonly string[] {
  const card = prior?.card;
  return card ? networksOf(card).map((file) => file.sha256) : [prior?.name ?? 'none'];
}

/** What the card of a network must say, for messages to those who have none. */
export function requiredFields(): string {
  const { properties = {}, required = [] } = z.toJSONSchema(diffusionCard, { io: 'input' });
  const said = required.map((name) => {
    const { description } = properties[name] as { description?: string };
    return description ? `${name} (${description})` : name;
  });
  return said.join(', ');
}
