/**
 * Translation by a small Transformer, judged by BLEU of its own greedy answers on sentences that were never seen, beside copying the source.
 * FILE has lines `source TAB target`, as the sentence pairs of Tatoeba (CC BY 2.0 FR); a sentence with several translations is wholly on one side.
 *
 *   npx tsx examples/translate.ts FILE [SEED] [EPOCHS] [FEATURES]
 */
import { loadDataset, tokenize } from 'attune/data';
import { seq2seqTransformer, softmaxCrossEntropy, summary } from 'attune/nn';
import { adamw, cosine, warmup } from 'attune/optim';
import { corpusBleu, evaluate, fit, translate } from 'attune/train';
import { readFileSync } from 'node:fs';

const [file = '', seedText = '1', epochsText = '8', featuresText = '128'] = process.argv.slice(2);
const [seed, epochs, batchSize] = [Number(seedText), Number(epochsText), 64];
const dataset = await loadDataset({ pairs: file, test: 0.05, maxLength: 14, vocabularySize: 6000 });
const { task, test, vocabulary = 0 } = dataset;
if (task.kind !== 'sequence' || test === null) throw new Error('there are no pairs to test');
const trainIndices = Int32Array.from({ length: dataset.train.size }, (_, i) => i);
const encoder = dataset.fit(trainIndices);
const model = seq2seqTransformer({
  vocabulary,
  targetVocabulary: task.vocabulary,
  sourceLength: (dataset.inputShape[0] ?? 0) - task.length,
  features: Number(featuresText),
  blocks: 2,
  heads: 4,
  hidden: 2 * Number(featuresText),
});
console.log(`${dataset.train.size} pairs to train, ${test.size} to test, ${vocabulary} and ${task.vocabulary} numbers`);
console.log(summary(model, dataset.inputShape).split('\n').slice(-4).join('\n'));

const steps = epochs * Math.ceil(trainIndices.length / batchSize);
const began = performance.now();
const { weights } = await fit({
  model,
  dataset,
  encoder,
  trainIndices,
  validationIndices: new Int32Array(), // epochs are fixed; nothing is chosen by the test sentences
  seed,
  config: {
    optimizer: adamw({ learningRate: 2e-3, weightDecay: 0.01 }),
    schedule: warmup(cosine({ over: steps, unit: 'step' }), { over: 200 }),
    loss: softmaxCrossEntropy({ ignoreIndex: 0, labelSmoothing: 0.1 }),
    clipNorm: 1,
    batchSize,
    epochs,
  },
  onEpoch({ epoch, trainLoss, seconds }) {
    console.log(`epoch ${epoch}/${epochs}  loss ${trainLoss.toFixed(3)}  ${seconds.toFixed(0)} s`);
    return 'continue';
  },
});
const { loss, metrics } = await evaluate({ model, weights, dataset, encoder, split: test, batchSize: 64 });
console.log(`test loss ${loss.toFixed(3)}  right next tokens ${metrics['accuracy']?.toFixed(3)}`);

// Whole references out of the file: those of the data set may be cut.
const lines = readFileSync(file, 'utf8').split(/\r?\n/);
const cellsOf = (i: number): string[] =>
  (lines[Number(/line (\d+)/.exec(test.ids?.(i) ?? '')?.[1]) - 1] ?? '').split('\t');
const all = Array.from({ length: test.size }, (_, i) => cellsOf(i));
const sources = all.map(([source = '']) => tokenize(source));
const references = all.map(([, target = '']) => tokenize(target));
const answers = await translate({ model, weights, dataset, encoder, split: test });
for (let i = 0; i < 5; i++) {
  console.log(`${sources[i]?.join(' ')}  →  ${answers[i]?.join(' ')}  (${references[i]?.join(' ')})`);
}
const minutes = ((performance.now() - began) / 60_000).toFixed(1);
console.log(
  `seed ${seed}: BLEU ${corpusBleu(answers, references).score.toFixed(2)}; copying the source ${corpusBleu(sources, references).score.toFixed(2)}; ${minutes} min`,
);
