/**
 * Cuts the sample pictures: 256² crops of NASA's Blue Marble (public domain), which the npm package
 * @nasaworldwind/worldwind carries. Run: node dist/samples/pictures.js
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { type FloatArray, zeros } from '../src/index.js';

const BLUE_MARBLE = fileURLToPath(
  import.meta.resolve(
    '@nasaworldwind/worldwind/build/dist/images/BMNG_world.topo.bathy.200405.3.2048x1024.jpg',
  ),
);

const CROPS = {
  arabia: { left: 1130, top: 240 },
  europe: { left: 1010, top: 150 },
  rockies: { left: 250, top: 180 },
};

export type PictureName = keyof typeof CROPS;

/** Writes the crops as PNG into `folder` (made if need be) and gives their paths by name. */
export async function cutPictures(folder = 'samples/pictures'): Promise<Record<PictureName, string>> {
  await mkdir(folder, { recursive: true });
  const paths = {} as Record<PictureName, string>;
  for (const name of Object.keys(CROPS) as PictureName[]) {
    paths[name] = `${folder}/${name}.png`;
    await sharp(BLUE_MARBLE)
      .extract({ ...CROPS[name], width: 256, height: 256 })
      .png()
      .toFile(paths[name]);
  }
  return paths;
}

/** Every pixel as a square of `factor` by `factor`, for sheets of small pictures. */
export function enlarge(image: FloatArray, factor: number): FloatArray {
  const [channels, height, width] = image.shape;
  const out = zeros([channels, factor * height, factor * width]);
  for (let i = 0; i < out.data.length; i++) {
    const [row, column] = [Math.floor(i / (factor * width)), i % (factor * width)];
    out.data[i] = image.data[Math.floor(row / factor) * width + Math.floor(column / factor)];
  }
  return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(Object.values(await cutPictures()).join('\n'));
}
