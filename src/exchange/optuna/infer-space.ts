/**
 * A space for a define-by-run study, in which only the trials say which parameters there are. What every finished trial has is a plain parameter. A parameter that
 * only some have becomes the field of a branch if a category explains it (within each of its labels all trials have it or none), level by level; if
 * none does, a branch of its own, `{ kind: 'absent' }` or `{ kind: 'present', value }`, so that no value is invented.
 * Cost: O(levels · categories · parameters · trials).
 */
import { branch, space, type Choice, type Fields, type Param, type Space } from '#space';
import { externalOf, paramOf, readDistribution, type Distribution } from './distribution.ts';
import type { OptunaTrial } from './model.ts';

/** A trial's values by Optuna's names. */
export type NamedValues = ReadonlyMap<string, Choice>;

interface InferredSpace {
  readonly space: Space;
  /** A trial's parameters in that space; parts are left out that the trial does not have. */
  readonly place: (values: NamedValues) => Record<string, unknown>;
  /** For people: one sentence for each thing that is not as it was in Optuna. */
  readonly notes: readonly string[];
}

/** Where a parameter stands: under its own name, or the branch that says whether it is there. */
interface Built {
  readonly fields: Fields;
  readonly place: (values: NamedValues) => Record<string, unknown>;
}

/** The values that a trial drew. A sentence if one cannot be read. */
export function namedValues({ params }: OptunaTrial): NamedValues | { readonly unreadable: string } {
  const values = new Map<string, Choice>();
  for (const [name, { internal, distribution }] of Object.entries(params)) {
    const read = readDistribution(distribution);
    const value = read === null ? undefined : externalOf(read, internal);
    if (value === undefined || (typeof value === 'number' && !Number.isFinite(value)))
      return { unreadable: `parameter "${name}" has the value ${internal} of ${distribution}` };
    values.set(name, value);
  }
  return values;
}

/**
 * The space of the trials' distributions, with the values that `all` trials drew; `whole` are those of them that surely drew all they needed. Null with a sentence where a name has been used for parameters of different kinds.
 */
export function inferSpace(
  trials: readonly OptunaTrial[],
  whole: readonly NamedValues[],
  all: readonly NamedValues[],
): InferredSpace | { readonly unreadable: string } {
  const notes: string[] = [];
  const params = new Map<string, Param>();
  for (const [name, texts] of distributionTexts(trials)) {
    const read = [...texts].map(readDistribution).filter((one): one is Distribution => one !== null);
    const found = paramOf(read);
    if (found === null) return { unreadable: `parameter "${name}" was drawn from distributions of different kinds` };
    params.set(name, found.param);
    if (found.merged)
      notes.push(`Parameter "${name}" was drawn from ${texts.size} different distributions; the space has the widest.`);
  }
  const ours = ourNames([...params.keys()], notes);
  const nameOf = (name: string): string => ours.get(name) ?? name;
  const paramNamed = (name: string): Param => {
    const param = params.get(name);
    if (param === undefined) throw new Error(`internal: no parameter "${name}"`);
    return param;
  };

  const plain = (name: string): Built => ({
    fields: { [nameOf(name)]: paramNamed(name) },
    place: (values) => (values.has(name) ? { [nameOf(name)]: values.get(name) } : {}),
  });
  const optional = (name: string): Built => {
    notes.push(
      `Parameter "${name}" is in some trials only, for no reason that the others show; it is the branch { absent, present }.`,
    );
    return {
      fields: { [nameOf(name)]: branch({ absent: {}, present: { value: paramNamed(name) } }) },
      place: (values) => ({
        [nameOf(name)]: values.has(name) ? { kind: 'present', value: values.get(name) } : { kind: 'absent' },
      }),
    };
  };
  const branched = (name: string, labels: readonly string[], below: ReadonlyMap<string, Built>): Built => ({
    fields: {
      [nameOf(name)]: branch(Object.fromEntries(labels.map((label) => [label, below.get(label)?.fields ?? {}]))),
    },
    place: (values) => {
      const kind = values.get(name);
      return kind === undefined ? {} : { [nameOf(name)]: { kind, ...below.get(String(kind))?.place(values) } };
    },
  });

  /**
   * Whether `category` tells if a trial has the parameter: within each label all whole trials have it, or none at all does, or a category among
   * `rest`, that all trials of this label have, tells it for them.
   */
  const explains = (
    category: string,
    name: string,
    rest: readonly string[],
    whole: readonly NamedValues[],
    all: readonly NamedValues[],
  ): boolean => {
    let tells = false;
    for (const label of branchLabels(paramNamed(category)) ?? []) {
      const having = all.filter((values) => values.get(category) === label);
      const those = whole.filter((values) => values.get(category) === label);
      const never = having.every((values) => !values.has(name));
      const always = those.every((values) => values.has(name));
      const deeper = rest.filter((one) => one !== name && those.every((values) => values.has(one)));
      if (!never && !always && !deeper.some((one) => explains(one, name, without(rest, one), those, having)))
        return false;
      tells ||= never || always;
    }
    return tells;
  };

  /** `names` as the trials of one label, or all, have them; of `whole` trials absence tells something too. */
  const build = (names: readonly string[], whole: readonly NamedValues[], all: readonly NamedValues[]): Built => {
    const parts = new Map<string, Built>();
    const always = names.filter((name) => whole.every((values) => values.has(name)));
    let rest = names.filter((name) => !always.includes(name));
    for (const name of always) {
      const labels = branchLabels(paramNamed(name));
      const explained = labels === null ? [] : rest.filter((one) => explains(name, one, rest, whole, all));
      if (labels === null || explained.length === 0) {
        parts.set(name, plain(name));
        continue;
      }
      rest = rest.filter((one) => !explained.includes(one));
      const below = new Map(
        labels.map((label) => {
          const of = (some: readonly NamedValues[]): NamedValues[] =>
            some.filter((values) => values.get(name) === label);
          const present = explained.filter((one) => of(all).some((values) => values.has(one)));
          return [label, build(present, of(whole).length > 0 ? of(whole) : of(all), of(all))];
        }),
      );
      parts.set(name, branched(name, labels, below));
      for (const one of explained) {
        const where = labels.filter((label) => below.get(label)?.fields[nameOf(one)] !== undefined);
        if (where.length > 1)
          notes.push(
            `Parameter "${one}" belongs to several labels of "${name}" (${where.join(', ')}); each label has its own.`,
          );
      }
    }
    for (const name of rest) parts.set(name, optional(name));
    const built = names.flatMap((name) => parts.get(name) ?? []); // in the order in which Optuna met them
    return {
      fields: Object.assign({}, ...built.map(({ fields }) => fields)) as Fields, // of fields alone
      place: (values) => Object.assign({}, ...built.map(({ place }) => place(values))) as Record<string, unknown>, // of records alone
    };
  };
  const { fields, place } = build([...params.keys()], whole, all);
  return { space: space(fields), place, notes };
}

const without = (names: readonly string[], left: string): string[] => names.filter((name) => name !== left);

function distributionTexts(trials: readonly OptunaTrial[]): Map<string, Set<string>> {
  const texts = new Map<string, Set<string>>();
  for (const { params } of trials)
    for (const [name, { distribution }] of Object.entries(params)) {
      const known = texts.get(name);
      if (known === undefined) texts.set(name, new Set([distribution]));
      else known.add(distribution);
    }
  return texts;
}

/** The labels a category would have as a branch; null for what cannot be one. */
function branchLabels(param: Param): readonly string[] | null {
  if (param.kind !== 'choice') return null;
  const labels = param.choices.filter(
    (one): one is string => typeof one === 'string' && !BAD.test(one) && !one.startsWith('$'),
  );
  return labels.length === param.choices.length ? labels : null;
}

/** What a name of #space may not hold. */
const BAD = /[.{}\s]|^$/;

/** Names that ours cannot be get `_` for each character that is not allowed. */
function ourNames(names: readonly string[], notes: string[]): ReadonlyMap<string, string> {
  const taken = new Set(names.filter((name) => !needsName(name)));
  return new Map(
    names.map((name) => {
      if (!needsName(name)) return [name, name];
      let ours = name
        .replace(/[.{}\s]/g, '_')
        .replace(/^\$|^$|^kind$|^__proto__$/, '_$&')
        .replace('$', '');
      while (taken.has(ours)) ours += '_';
      taken.add(ours);
      notes.push(`Parameter "${name}" is called "${ours}" here.`);
      return [name, ours];
    }),
  );
}

const needsName = (name: string): boolean =>
  BAD.test(name) || name.startsWith('$') || name === 'kind' || name === '__proto__';
