const withheld = '[withheld]';

/** Names of values that are in no log, whatever they hold. */
const secretNames = /password|token|secret|authorization|cookie|e-?mail|card|cvc|iban|phone|confirmationCode/i;

/** Text that is secret or personal wherever it stands. */
const secretTexts = [
  // Tokens: JWT and JWE, of which the latter has empty parts.
  /\beyJ[\w-]+(?:\.[\w-]*){2,4}/g,
  /\b(?:Bearer|Basic)\s+[^\s"',]+/gi,
  /[\w.!#$%&'*+=?^`{|}~-]+(?:@|%40)(?:[a-z0-9-]+\.)+[a-z]{2,}/gi,
];
/** As long as payment cards are, and beginning as they do; ids and times here begin otherwise or have letters. */
const cardLike = /\b[2-6]\d{3}(?:[ -]?\d{2,6}){2,4}\b/g;

/**
 * The same value without secrets and personal data; nested to any depth that a log has. Errors stay as they are: the
 * logger formats them when it writes, see `log-formatter.ts`.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (depth > 8) return '[nested too deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      secretNames.test(name) && part !== undefined ? withheld : redact(part, depth + 1),
    ]),
  );
}

export function redactText(text: string): string {
  const clean = secretTexts.reduce((rest, pattern) => rest.replace(pattern, withheld), text);
  return clean.replace(cardLike, (digits) => (isCardNumber(digits) ? withheld : digits));
}

/** Luhn's check, ISO/IEC 7812-1: every second digit from the right counts twice. */
function isCardNumber(text: string): boolean {
  const digits = [...text.replaceAll(/\D/g, '')].map(Number).reverse();
  if (digits.length < 13 || digits.length > 19) return false;
  const sum = digits.reduce((total, digit, index) => {
    const twice = index % 2 === 0 ? digit : digit * 2;
    return total + (twice > 9 ? twice - 9 : twice);
  }, 0);
  return sum % 10 === 0;
}
