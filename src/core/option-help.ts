/** What an options schema says of each option: the source of `describe`, the option pages and the messages. */
import { z } from 'zod';

/** One option of a problem, a noise or a solver. */
export interface OptionDescription {
  /** As `--set NAME=VALUE` and SPEC take it. */
  readonly name: string;
  /** One line, with the unit. */
  readonly help: string;
  /** `number`, `integer`, `boolean`, `string`, or the choices there are. */
  readonly type: string;
  /** `0 < x <= 1`, where there are bounds. */
  readonly range?: string;
  /** JSON; absent where the option has none. */
  readonly default?: unknown;
}

/** What is read of a JSON schema. */
interface JsonProperty {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonProperty[];
  readonly items?: JsonProperty;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** The JSON schema of what a user sets. */
export function jsonSchemaOf(options: z.ZodType): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
}

/** Every option of a schema, in its order. */
export function describeOptions(options: z.ZodObject): readonly OptionDescription[] {
  const properties = Object.entries(jsonSchemaOf(options).properties ?? {}) as [string, JsonProperty][];
  return properties.map(([name, property]) => ({
    name,
    help: property.description ?? '',
    type: typeOf(property),
    range: rangeOf(property),
    default: property.default,
  }));
}

function typeOf(property: JsonProperty): string {
  if (property.const !== undefined) return String(property.const);
  if (property.enum) return property.enum.join(' | ');
  if (property.anyOf) return property.anyOf.map(typeOf).join(' | ');
  if (property.type === 'array') return `list of ${property.items ? typeOf(property.items) : 'values'}`;
  return [property.type ?? 'value'].flat().join(' | ');
}

/** Bounds that JSON schema adds to every integer say nothing. */
function rangeOf({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonProperty): string | undefined {
  const said = (bound: number | undefined) =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const low = said(minimum) ? `${minimum} <= ` : said(exclusiveMinimum) ? `${exclusiveMinimum} < ` : '';
  const high = said(maximum) ? ` <= ${maximum}` : said(exclusiveMaximum) ? ` < ${exclusiveMaximum}` : '';
  return low || high ? `${low}x${high}` : undefined;
}
