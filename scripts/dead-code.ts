/**
 * Dead code: values (functions, constants, classes) that a file exports and nobody needs.
 *
 *   npm run dead
 *
 * An exported value is needed if another file of the product uses it, if a public door (package.json "exports") offers it, or if a test uses it and
 * its own file does too (a helper tested by itself). Re-exports through a room's door are looked through: being named in a door is not a use.
 * The testing room is there for tests. Types are left alone: an exported options type costs nothing and tells the reader something.
 */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
const isTest = (file: string): boolean =>
  /\.(test|test-d|fixture)\.tsx?$|\/fixtures\/|^test\//.test(relative(root, file));

const { exports } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
  exports: Record<string, { default?: string } | string>;
};
// './dist/nn.js' is built from src/nn/index.ts, './dist/index.js' from src/index.ts.
const publicDoors = Object.values(exports)
  .map((target) => (typeof target === 'string' ? target : (target.default ?? '')))
  .flatMap((path) => /^\.\/dist\/(.+)\.js$/.exec(path)?.[1] ?? [])
  .map((name) => resolve(root, name === 'index' ? 'src/index.ts' : `src/${name}/index.ts`));

const configOf = (path: string): ts.ParsedCommandLine =>
  ts.parseJsonConfigFileContent(ts.readConfigFile(path, (file) => ts.sys.readFile(file)).config, ts.sys, dirname(path));
// The browser page has a configuration of its own, which allows all that the other does and more.
const [house, page] = ['tsconfig.json', 'src/dashboard/tsconfig.json'].map((path) => configOf(resolve(root, path)));
if (house === undefined || page === undefined) throw new Error('internal: two configurations');
const program = ts.createProgram([...house.fileNames, ...page.fileNames], page.options);
const checker = program.getTypeChecker();
const files = program
  .getSourceFiles()
  .filter((file) => !file.isDeclarationFile && !file.fileName.includes('node_modules'));

const original = (symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

interface Export {
  readonly file: ts.SourceFile;
  readonly name: string;
  usedByProduct: boolean;
  usedByTest: boolean;
  usedAtHome: boolean;
}

const found = new Map<ts.Symbol, Export>();
for (const file of files) {
  const module = checker.getSymbolAtLocation(file);
  if (module === undefined || isTest(file.fileName) || !/^src\/(?!testing\/)/.test(relative(root, file.fileName)))
    continue;
  for (const symbol of checker.getExportsOfModule(module)) {
    const isOwn = !(symbol.flags & ts.SymbolFlags.Alias) && symbol.name !== 'default';
    if (isOwn && symbol.flags & ts.SymbolFlags.Value) {
      found.set(symbol, { file, name: symbol.name, usedByProduct: false, usedByTest: false, usedAtHome: false });
    }
  }
}

function use(symbol: ts.Symbol | undefined, at: ts.Node): void {
  const entry = symbol && found.get(original(symbol));
  if (entry === undefined) return;
  const file = at.getSourceFile();
  if (file === entry.file) entry.usedAtHome = true;
  else if (isTest(file.fileName)) entry.usedByTest = true;
  else entry.usedByProduct = true;
}

function visit(node: ts.Node): void {
  // Naming in an import or export is not yet a use.
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
  if (ts.isObjectBindingPattern(node)) {
    // const { fit } = await import('#train')
    const type = checker.getTypeAtLocation(node);
    for (const element of node.elements) {
      const name = element.propertyName ?? element.name;
      if (ts.isIdentifier(name)) use(type.getProperty(name.text), node);
    }
  } else if (ts.isShorthandPropertyAssignment(node)) {
    use(checker.getShorthandAssignmentValueSymbol(node), node);
  } else if (ts.isIdentifier(node)) {
    const isDeclaration =
      (node.parent as { name?: ts.Node }).name === node && !ts.isPropertyAccessExpression(node.parent);
    if (!isDeclaration) use(checker.getSymbolAtLocation(node), node);
  }
  ts.forEachChild(node, visit);
}
for (const file of files) visit(file);

for (const door of publicDoors) {
  const file = program.getSourceFile(door);
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`package.json offers ${relative(root, door)}, which is not there`);
  for (const symbol of checker.getExportsOfModule(module)) {
    const entry = found.get(original(symbol));
    if (entry) entry.usedByProduct = true;
  }
}

const dead = [...found.values()].filter(
  ({ usedByProduct, usedByTest, usedAtHome }) => !usedByProduct && !(usedByTest && usedAtHome),
);
for (const { file, name, usedByTest, usedAtHome } of dead) {
  const why = usedAtHome
    ? 'is used in its own file only: do not export it'
    : usedByTest
      ? 'is used by tests only'
      : 'is used nowhere';
  console.log(`${relative(root, file.fileName)}: ${name} ${why}`);
}
console.log(`${found.size} exported values in ${files.length} files, ${dead.length} not needed`);
if (found.size < 100) throw new Error('internal: the check sees too few exports to mean anything');
process.exitCode = dead.length > 0 ? 1 : 0;
