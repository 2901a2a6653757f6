/**
 * What a definition must satisfy. Each refusal is one sentence that names the parameter by its path, says what came and what to do.
 * Also in place for definitions that come from JSON or plain JavaScript, where no compiler has looked.
 */
import { TuneError } from '#math';
import type { Choice, Fields, Param, Prior } from './param.ts';

/** `.` joins paths and braces mark templates; `__proto__` cannot be set as a plain key, `$` begins what is no parameter in JSON. */
const BAD_NAME = /[.{}\s]/;

function checkName(what: string, name: string, where: string): void {
  if (name === '' || BAD_NAME.test(name) || name === '__proto__' || name.startsWith('$'))
    throw new TuneError(
      'bad-space',
      `${what} ${JSON.stringify(name)}${where}: a name must not be empty, begin with $ or contain dots, braces or blanks; rename it.`,
      { name },
    );
}

/** Throws a TuneError on the first wrong definition among `fields`, depth first. */
export function checkFields(fields: Fields, prefix = ''): void {
  for (const [name, param] of Object.entries(fields)) {
    checkName('parameter', name, prefix === '' ? '' : ` in "${prefix.slice(0, -1)}"`);
    const path = prefix + name;
    if (prefix !== '' && name === 'kind')
      throw new TuneError(
        'bad-space',
        `parameter "${path}": "kind" holds the label of the branch; choose another name.`,
        { path },
      );
    checkParam(param, path);
  }
}

function checkParam(param: Param, path: string): void {
  const refuse = (rule: string, advice: string, facts: Record<string, unknown> = {}): never => {
    throw new TuneError('bad-space', `${param.kind}("${path}"): ${rule}; ${advice}.`, { path, ...facts });
  };
  // Plain JavaScript may pass anything.
  if (typeof param !== 'object' || param === null || typeof param.kind !== 'string')
    throw new TuneError(
      'bad-space',
      `parameter "${path}": expected float(…), int(…), choice(…), branch(…) or fixed(…); got ${JSON.stringify(param)}.`,
      { path },
    );
  switch (param.kind) {
    case 'float':
    case 'int': {
      const { kind, low, high, log, step } = param;
      const got = `got low = ${low}, high = ${high}`;
      if (!Number.isFinite(low) || !Number.isFinite(high))
        refuse('low and high must be finite numbers', got, { low, high });
      if (kind === 'int' && !(Number.isSafeInteger(low) && Number.isSafeInteger(high)))
        refuse('low and high must be whole numbers', `${got}, use float(…) for real numbers`, { low, high });
      if (low >= high) refuse('low must be < high', `${got}, use fixed(…) for a constant`, { low, high });
      if (!(kind === 'int' ? Number.isSafeInteger(high - low + 1) : Number.isFinite(high - low)))
        refuse('the range is too wide for a double', got, { low, high });
      if (log && low <= 0) refuse('low must be > 0 when log is true', `got low = ${low}`, { low });
      if (log && step !== null && step !== 1)
        refuse('log and step exclude one another', `got step = ${step}`, { step });
      if (kind === 'float' && param.logit) {
        if (log) refuse('log and logit exclude one another', 'choose one');
        if (step !== null) refuse('logit and step exclude one another', `got step = ${step}`, { step });
        if (low <= 0 || high >= 1)
          refuse('low and high must lie between 0 and 1 when logit is true', got, { low, high });
      }
      if (step !== null) {
        if (!Number.isFinite(step) || step <= 0) refuse('step must be > 0', `got ${step}`, { step });
        if (kind === 'int' && !Number.isSafeInteger(step))
          refuse('step must be a whole number', `got ${step}`, { step });
        if (step > high - low)
          refuse('step must not be larger than the range', `got step = ${step} for a range of ${high - low}`, { step });
        if ((high - low) / step >= 2 ** 53) refuse('step is too small for the range', `got step = ${step}`, { step });
      }
      if (param.default !== null && !(param.default >= low && param.default <= high))
        refuse('default must lie within the range', `got ${param.default} for [${low}, ${high}]`, {
          default: param.default,
        });
      if (param.default !== null && step !== null) {
        const steps = (param.default - low) / step;
        if (Math.abs(steps - Math.round(steps)) > 1e-6)
          refuse(
            'default must be low and a whole number of steps',
            `got ${param.default} for low = ${low}, step = ${step}`,
            { default: param.default },
          );
      }
      checkPrior(param.prior, refuse, (value) => typeof value === 'number' && value >= low && value <= high);
      return;
    }
    case 'choice': {
      if (!Array.isArray(param.choices) || param.choices.length === 0)
        refuse('a choice needs at least one value', 'got none');
      const seen = new Set<Choice>();
      for (const value of param.choices) {
        checkValue(value, refuse);
        if (seen.has(value)) refuse('values must differ', `got ${JSON.stringify(value)} twice`, { value });
        seen.add(value);
      }
      if (param.default !== undefined && !seen.has(param.default))
        refuse('default must be one of the values', `got ${JSON.stringify(param.default)}`, { default: param.default });
      checkPrior(param.prior, refuse, (value) => seen.has(value));
      return;
    }
    case 'branch': {
      const labels = Object.keys(param.branches);
      if (labels.length === 0) refuse('a branch needs at least one label', 'got none');
      if (param.default !== null && !labels.includes(param.default))
        refuse('default must be one of the labels', `got "${param.default}"`, { default: param.default });
      checkPrior(param.prior, refuse, (value) => labels.includes(String(value)));
      for (const label of labels) {
        checkName('label', label, ` of branch("${path}")`);
        checkFields(param.branches[label] ?? {}, `${path}.${label}.`);
      }
      return;
    }
    case 'fixed':
      checkValue(param.value, refuse);
      if (param.was !== null) checkParam(param.was, path);
      return;
    default:
      throw new TuneError(
        'bad-space',
        `parameter "${path}": unknown kind ${JSON.stringify((param satisfies never as { kind: unknown }).kind)}.`, // plain JavaScript again
        { path },
      );
  }
}

function checkPrior(
  prior: Prior<Choice> | null,
  refuse: (rule: string, advice: string) => never,
  isValue: (value: Choice) => boolean,
): void {
  if (prior === null) return;
  const values: unknown = 'mean' in prior ? [prior.mean] : prior; // plain JavaScript may pass anything
  if (!Array.isArray(values) || values.length === 0)
    refuse('prior must be { mean, confidence } or a list of good values', `got ${JSON.stringify(prior)}`);
  const foreign = (values as Choice[]).find((value) => !isValue(value)); // `isValue` looks at each one
  if (foreign !== undefined) refuse('prior must name values of the parameter', `got ${JSON.stringify(foreign)}`);
  if ('mean' in prior && !(prior.confidence > 0 && prior.confidence <= 1))
    refuse('the confidence of a prior must be > 0 and <= 1', `got ${prior.confidence}`);
}

function checkValue(value: unknown, refuse: (rule: string, advice: string) => never): void {
  if (typeof value === 'number' && !Number.isFinite(value)) refuse('values must be finite', `got ${value}`);
  if (value !== null && !['string', 'number', 'boolean'].includes(typeof value))
    refuse(
      'values must be strings, numbers, booleans or null',
      `got ${Array.isArray(value) ? 'an array' : typeof value}, use branch(…) for groups`,
    );
}
