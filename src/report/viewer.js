// What a report does in the browser. It stands in the page as it is here and needs nothing else.
// @ts-nocheck: the types of a browser are not those of this project.

const data = JSON.parse(document.getElementById('data').textContent);

/** Milliseconds that each sample is seen. */
const FLICKER = 350;

for (const section of document.querySelectorAll('.picture')) {
  // Pictures are decoded when they come into sight, so that the page opens at once.
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    watch.disconnect();
    show(section, data.pictures[Number(section.dataset.index)]);
  });
  watch.observe(section);
}

/** The pixels of a layer, red, green, blue and alpha from 0 to 255; kept once they are there. */
const pixels = new Map();
function pixelsOf(layer, { width, height }) {
  if (!pixels.has(layer)) {
    const read = async () => {
      const image = new Image();
      image.src = layer.src;
      await image.decode();
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      context.drawImage(image, 0, 0, width, height);
      return context.getImageData(0, 0, width, height);
    };
    pixels.set(layer, read());
  }
  return pixels.get(layer);
}

async function draw(canvas, layer, picture) {
  const { data: values } = await pixelsOf(layer, picture);
  const shown = new ImageData(new Uint8ClampedArray(values), picture.width, picture.height);
  if (layer.kind === 'map') {
    for (let i = 0; i < values.length; i += 4) shown.data.set(data.colours[values[i]], i);
  }
  canvas.getContext('2d').putImageData(shown, 0, 0);
}

function show(section, picture) {
  const find = (selector) => section.querySelector(selector);
  const [left, right, stage, slider, edge, cross] = [
    '.left',
    '.right',
    '.stage',
    '.slider',
    '.edge',
    '.cross',
  ].map(find);
  const [over, under] = stage.querySelectorAll('canvas');
  const layerOf = (select) => picture.layers.find(({ id }) => id === select.value);

  const drawBoth = () => {
    draw(over, layerOf(left), picture);
    draw(under, layerOf(right), picture);
    const maps = [layerOf(left), layerOf(right)].filter(({ kind }) => kind === 'map');
    find('.scale').replaceChildren(...maps.map(scaleOf));
  };
  const slide = () => {
    over.style.clipPath = `inset(0 ${100 - slider.value}% 0 0)`;
    edge.style.left = `${slider.value}%`;
  };
  for (const select of [left, right]) select.addEventListener('change', drawBoth);
  slider.addEventListener('input', slide);
  flicker(find('.flicker'), under, () => samplesOf(picture, right.value), picture, drawBoth);
  probing(stage, cross, find('.probe'), picture);
  drawBoth();
  slide();
}

/** The colours of a map with grey levels at its ends. */
function scaleOf({ label, white }) {
  const bar = document.createElement('span');
  bar.className = 'scale';
  const colours = document.createElement('i');
  const stops = data.colours.filter((_, k) => k % 15 === 0).map((rgb) => `rgb(${rgb})`);
  colours.style.background = `linear-gradient(90deg, ${stops})`;
  bar.append(`${label}: 0`, colours, `${(255 * white).toFixed(1)} of 255 grey levels`);
  return bar;
}

/** Samples of the solver whose layer this is, or of the first that has some. */
function samplesOf({ layers, results }, id) {
  const having = results.filter(({ samples }) => samples.length > 0);
  const own = ({ estimate }) => id.startsWith(estimate.slice(0, -'estimate'.length));
  const { samples } = having.find(own) ?? having[0];
  return layers.filter((layer) => samples.includes(layer.id));
}

/** Shows one sample after the other while it is pressed, and says which. */
function flicker(button, canvas, shown, picture, stop) {
  if (!button) return;
  const text = button.textContent;
  let timer;
  let k = 0;
  button.addEventListener('click', () => {
    clearInterval(timer);
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    button.textContent = text;
    if (!on) return stop();
    const next = () => {
      const samples = shown();
      const sample = samples[k++ % samples.length];
      button.textContent = sample.label;
      draw(canvas, sample, picture);
    };
    next();
    timer = setInterval(next, FLICKER);
  });
}

/** What is known of the pixel under the pointer, the finger or the arrow keys. */
function probing(stage, cross, probe, picture) {
  let at = [picture.width >> 1, picture.height >> 1];
  const look = async ([x, y]) => {
    at = [Math.min(Math.max(x, 0), picture.width - 1), Math.min(Math.max(y, 0), picture.height - 1)];
    cross.style.left = `${(100 * (at[0] + 0.5)) / picture.width}%`;
    cross.style.top = `${(100 * (at[1] + 0.5)) / picture.height}%`;
    const here = at;
    const values = new Map();
    for (const layer of picture.layers) {
      const { data: all } = await pixelsOf(layer, picture);
      const first = 4 * (at[1] * picture.width + at[0]);
      values.set(layer.id, [...all.slice(first, first + 3)]);
    }
    if (here === at) probe.replaceChildren(...described(at, values, picture));
  };
  const under = ({ clientX, clientY }) => {
    const box = stage.getBoundingClientRect();
    const along = (value, size, count) => Math.floor((value / size) * count);
    return [
      along(clientX - box.left, box.width, picture.width),
      along(clientY - box.top, box.height, picture.height),
    ];
  };
  for (const type of ['pointermove', 'pointerdown'])
    stage.addEventListener(type, (event) => look(under(event)));
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  stage.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? 10 : 1;
    look([at[0] + far * step[0], at[1] + far * step[1]]);
  });
  look(at);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function described([x, y], values, picture) {
  const line = (text) => {
    const element = document.createElement('div');
    element.textContent = text;
    return element;
  };
  const grey = picture.channels === 1;
  const told = (id) => (grey ? values.get(id)[0] : values.get(id).join(', '));
  const parts = [line(`pixel ${x}, ${y} (of 255)`)];
  if (values.has('measurement')) parts.push(line(`measured ${told('measurement')}`));
  if (values.has('truth')) parts.push(line(`truth ${told('truth')}`));
  for (const result of picture.results) {
    const white = (id) => 255 * picture.layers.find((layer) => layer.id === id).white;
    const estimate = mean(values.get(result.estimate));
    const half = result.width && (values.get(result.width)[0] / 255) * white(result.width);
    const name = picture.results.length > 1 ? `${result.label}: ` : '';
    const interval =
      half === undefined ? '' : `, ${Math.round(100 * result.level)} % interval ± ${(half / 2).toFixed(1)}`;
    const sd = result.sd && (values.get(result.sd)[0] / 255) * white(result.sd);
    const spread = sd === undefined ? '' : `, sd ${sd.toFixed(1)}`;
    parts.push(line(`${name}estimate ${told(result.estimate)}${interval}${spread}`));
    const truth = values.has('truth') ? mean(values.get('truth')) : undefined;
    const samples = result.samples.map((id) => mean(values.get(id)));
    if (half !== undefined) parts.push(histogram(estimate, half / 2, samples, truth, sd));
  }
  return parts;
}

/** Brightness: interval, samples or without them the normal curve, estimate, truth. */
function histogram(estimate, half, samples, truth, sd) {
  const known = [
    ...samples,
    estimate - half,
    estimate + half,
    estimate,
    ...(truth === undefined ? [] : [truth]),
  ];
  const [low, high] = [Math.min(...known) - 3, Math.max(...known) + 3];
  const x = (value) => (300 * (value - low)) / (high - low);
  const shape = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const svg = shape('svg', { viewBox: '0 0 300 48', preserveAspectRatio: 'none', role: 'img' });
  svg.setAttribute('aria-label', 'values that this pixel may have');
  svg.append(
    shape('rect', {
      class: 'band',
      x: x(estimate - half),
      width: x(estimate + half) - x(estimate - half),
      y: 0,
      height: 48,
    }),
  );
  const bins = new Array(24).fill(0);
  for (const value of samples) bins[Math.min(Math.floor((24 * (value - low)) / (high - low)), 23)]++;
  const most = Math.max(...bins, 1);
  bins.forEach((count, k) => {
    const height = (44 * count) / most;
    if (count)
      svg.append(shape('rect', { class: 'bar', x: 12.5 * k + 1, width: 10.5, y: 48 - height, height }));
  });
  if (samples.length === 0 && sd > 0) {
    const points = Array.from({ length: 61 }, (_, k) => low + ((high - low) * k) / 60);
    const height = (value) => 48 - 44 * Math.exp(-0.5 * ((value - estimate) / sd) ** 2);
    const text = points.map((value) => `${x(value).toFixed(1)},${height(value).toFixed(1)}`).join(' ');
    svg.append(shape('polyline', { class: 'normal', points: text }));
  }
  const upright = (value, kind) =>
    svg.append(shape('line', { class: kind, x1: x(value), x2: x(value), y1: 0, y2: 48 }));
  upright(estimate, 'estimate');
  if (truth !== undefined) upright(truth, 'true');
  const ends = document.createElement('div');
  ends.className = 'ends';
  for (const value of [low, high]) {
    ends.append(Object.assign(document.createElement('span'), { textContent: value.toFixed(0) }));
  }
  const drawing = document.createElement('div');
  drawing.append(svg, ends);
  return drawing;
}
