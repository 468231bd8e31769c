/**
 * ICC profiles on their way from one picture file to the next. Values are never converted: a picture's numbers
 * stay in its own encoding and whoever shows it applies the profile, once. sharp can keep a profile but not attach
 * one to raw pixels without converting them, so it is put into a PNG by hand (picture-extras.ts).
 */

/** Whether a profile describes grey (1) or RGB (3) values, by its colour space signature (ICC.1:2022, 7.2.6). */
export function profileFits(icc: Uint8Array, channels: number): boolean {
  const signature = new TextDecoder('latin1').decode(icc.subarray(16, 20));
  return signature === (channels === 1 ? 'GRAY' : 'RGB ');
}
