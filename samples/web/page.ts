/** The page: it asks, shows progress and results, and leaves all work to a worker, which can be stopped at any time. */
import type { Message, Result, Task } from './messages.js';

/** What may be wrong with a photograph, and what is to be known of it. */
interface Trouble {
  readonly words: string;
  readonly amount?: {
    readonly name: string;
    readonly least: number;
    readonly most: number;
    readonly step: number;
  };
  readonly usual?: number;
  readonly unit?: string;
  problem(amount: number): string;
}

const troubles: readonly Trouble[] = [
  { words: 'it is grainy', problem: () => 'denoise' },
  {
    words: 'it is out of focus or soft',
    amount: { name: 'Blur: how far a point is spread', least: 0.5, most: 5, step: 0.1 },
    ...{ usual: 1.6, unit: 'pixels' },
    problem: (sigma) => `gaussian-blur:sigma=${sigma}`,
  },
  {
    words: 'it is too small',
    amount: { name: 'How many times larger', least: 2, most: 4, step: 1 },
    ...{ usual: 2, unit: 'times' },
    problem: (factor) => `downsample:factor=${factor}`,
  },
  {
    words: 'it shows blocks of JPEG',
    amount: { name: 'Quality of the JPEG', least: 5, most: 90, step: 5 },
    ...{ usual: 20, unit: 'of 100' },
    problem: (quality) => `jpeg:quality=${quality}`,
  },
];

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const file = element<HTMLInputElement>('file');
const drop = element<HTMLLabelElement>('drop');
const select = element<HTMLSelectElement>('problem');
const amount = element<HTMLInputElement>('amount');
const noise = element<HTMLInputElement>('noise');
const start = element<HTMLButtonElement>('start');
const stop = element<HTMLButtonElement>('stop');
const status = element('status');
const progress = element<HTMLProgressElement>('progress');
const results = element('results');

let photograph: File | undefined;
let worker: Worker | undefined;

troubles.forEach(({ words }, i) => {
  select.add(new Option(words, String(i)));
});
select.addEventListener('change', showTrouble);
for (const range of [amount, noise]) range.addEventListener('input', showValues);
showTrouble();

file.addEventListener('change', () => choose(file.files?.[0]));
addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
addEventListener('dragleave', () => drop.classList.remove('over'));
addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  choose(event.dataTransfer?.files[0]);
});
element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  begin();
});
stop.addEventListener('click', () => {
  end();
  say('It was stopped.');
});

function trouble(): Trouble {
  return troubles[Number(select.value)];
}

function showTrouble(): void {
  const { amount: wanted, usual } = trouble();
  element('amount-label').hidden = wanted === undefined;
  if (wanted) {
    element('amount-name').textContent = wanted.name;
    [amount.min, amount.max, amount.step] = [wanted.least, wanted.most, wanted.step].map(String);
    amount.value = String(usual);
  }
  showValues();
}

function showValues(): void {
  element('amount-value').textContent = `${amount.value} ${trouble().unit ?? ''}`;
  element('noise-value').textContent = `${noise.value} of 255`;
}

function choose(chosen: File | undefined): void {
  if (chosen === undefined) return;
  photograph = chosen;
  element('chosen').textContent = `${chosen.name} is chosen. Drop another, or choose one.`;
  start.disabled = worker !== undefined;
  say('');
}

function begin(): void {
  if (photograph === undefined || worker !== undefined) return;
  const task: Task = {
    file: photograph,
    part: Number(element<HTMLSelectElement>('part').value),
    problem: trouble().problem(Number(amount.value)),
    noise: `gaussian:sigma=${noise.value}/255`,
    samples: Number(element<HTMLSelectElement>('samples').value),
    prior: new URL(`weights/${element<HTMLSelectElement>('prior').value}`, location.href).href,
    wasm: new URL('wasm', location.href).href,
  };
  worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<Message>) => hear(data));
  worker.addEventListener('error', ({ message }) => hear({ kind: 'failed', message }));
  worker.postMessage(task);
  results.replaceChildren();
  [start.disabled, stop.hidden, progress.hidden] = [true, false, false];
  progress.removeAttribute('value');
  say('The picture is read …');
}

function hear(message: Message): void {
  switch (message.kind) {
    case 'doing':
      say(message.what);
      break;
    case 'progress':
      progress.value = message.fraction;
      break;
    case 'failed':
      end();
      say(message.message, true);
      break;
    case 'done':
      end();
      show(message.result);
  }
}

function end(): void {
  worker?.terminate();
  worker = undefined;
  [start.disabled, stop.hidden, progress.hidden] = [photograph === undefined, true, true];
}

function say(text: string, wrong = false): void {
  status.textContent = text;
  status.className = wrong ? 'error' : '';
}

function show({ given, estimate, deviation, white, samples, device, seconds }: Result): void {
  say(`It took ${seconds.toFixed(0)} seconds on the ${device}.`);
  results.append(
    figure(given, 'As it is', 'given'),
    figure(estimate, 'Estimate: the mean of all answers', 'estimate'),
  );
  if (deviation) {
    const words = `How unsure each pixel is: black is sure, white is ±${white.toFixed(1)} of 255`;
    results.append(figure(deviation, words, 'sd'));
  }
  samples.forEach((sample, i) => {
    results.append(figure(sample, `Answer ${i + 1}: one picture that fits`, `sample-${i + 1}`));
  });
  results.firstElementChild?.scrollIntoView({ block: 'nearest' });
}

function figure(picture: Blob, words: string, name: string): HTMLElement {
  const made = document.createElement('figure');
  const image = new Image();
  image.src = URL.createObjectURL(picture);
  image.alt = words;
  const caption = document.createElement('figcaption');
  const link = document.createElement('a');
  [link.href, link.download, link.textContent] = [image.src, `${name}.png`, 'save'];
  link.setAttribute('aria-label', `save: ${words}`);
  caption.append(`${words} · `, link);
  made.append(image, caption);
  return made;
}
