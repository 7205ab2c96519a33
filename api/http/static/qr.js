// A QR code of a short text, drawn in the browser: what it holds is told to nobody.
// Byte mode, error correction M, versions 1 to 10 (up to 213 bytes). Source: ISO/IEC 18004.

const ECC = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26], BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
const MASKS = [(x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2, (x, y) => (x * y) % 2 + (x * y) % 3,
  (x, y) => ((x * y) % 2 + (x * y) % 3) % 2, (x, y) => ((x + y) % 2 + (x * y) % 3) % 2];

function codewords(version) {
  const places = Math.floor(version / 7) + 2;
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) modules -= (25 * places - 10) * places - 55 + (version >= 7 ? 36 : 0);
  return Math.floor(modules / 8);
}

const room = (version) => codewords(version) - ECC[version - 1] * BLOCKS[version - 1];

function times(left, right) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((right >> bit) & 1) * left);
  return product & 255;
}

function remainder(data, degree) {
  const divisor = new Array(degree).fill(0);
  divisor[degree - 1] = 1;
  let root = 1;
  for (let one = 0; one < degree; one++) {
    for (let at = 0; at < degree; at++) divisor[at] = times(divisor[at], root) ^ (divisor[at + 1] ?? 0);
    root = times(root, 2);
  }
  const left = new Array(degree).fill(0);
  for (const byte of data) {
    const factor = byte ^ left.shift();
    left.push(0);
    divisor.forEach((one, at) => { left[at] ^= times(one, factor); });
  }
  return left;
}

// The data of a text in its version, in blocks with their error correction, interleaved.
function interleaved(text) {
  const bytes = new TextEncoder().encode(text);
  const version = ECC.findIndex((_, at) => 4 + (at + 1 < 10 ? 8 : 16) + bytes.length * 8 <= room(at + 1) * 8) + 1;
  if (!version) throw new RangeError("the text is too long");
  let bits = "0100" + bytes.length.toString(2).padStart(version < 10 ? 8 : 16, "0");
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  bits += "0".repeat(Math.min(4, room(version) * 8 - bits.length));
  bits += "0".repeat(-bits.length & 7);
  const data = bits.match(/.{8}/g).map((eight) => parseInt(eight, 2));
  for (let pad = 0xec; data.length < room(version); pad ^= 0xec ^ 0x11) data.push(pad);
  const count = BLOCKS[version - 1], degree = ECC[version - 1], short = count - codewords(version) % count;
  const length = Math.floor(codewords(version) / count) - degree, blocks = [];
  for (let one = 0, at = 0; one < count; one++) {
    const part = data.slice(at, at += length + (one < short ? 0 : 1));
    blocks.push({ part, check: remainder(part, degree) });
  }
  const mixed = [];
  for (let at = 0; at <= length; at++) for (const one of blocks) if (at < one.part.length) mixed.push(one.part[at]);
  for (let at = 0; at < degree; at++) for (const one of blocks) mixed.push(one.check[at]);
  return { version, mixed };
}

class Code {
  constructor(version) {
    this.version = version;
    this.size = version * 4 + 17;
    this.dark = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.fixed = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.patterns();
  }

  set(x, y, dark) {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.dark[y][x] = Boolean(dark);
    this.fixed[y][x] = true;
  }

  patterns() {
    for (let at = 0; at < this.size; at++) { this.set(6, at, at % 2 === 0); this.set(at, 6, at % 2 === 0); }
    for (const [x, y] of [[3, 3], [this.size - 4, 3], [3, this.size - 4]]) {
      for (let dy = -4; dy <= 4; dy++) for (let dx = -4; dx <= 4; dx++) {
        const far = Math.max(Math.abs(dx), Math.abs(dy));
        this.set(x + dx, y + dy, far !== 2 && far !== 4);
      }
    }
    const places = this.aligned(), last = places.length - 1;
    places.forEach((x, i) => places.forEach((y, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
      for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) this.set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }));
    this.format(0);
    if (this.version < 7) return;
    let left = this.version;
    for (let one = 0; one < 12; one++) left = (left << 1) ^ ((left >> 11) * 0x1f25);
    const bits = this.version << 12 | left;
    for (let at = 0; at < 18; at++) {
      const dark = (bits >> at) & 1, far = this.size - 11 + at % 3, near = Math.floor(at / 3);
      this.set(far, near, dark);
      this.set(near, far, dark);
    }
  }

  aligned() {
    if (this.version === 1) return [];
    const count = Math.floor(this.version / 7) + 2, step = Math.ceil((this.version * 4 + 4) / (count * 2 - 2)) * 2, places = [6];
    for (let at = this.size - 7; places.length < count; at -= step) places.splice(1, 0, at);
    return places;
  }

  format(mask) {
    let left = mask;
    for (let one = 0; one < 10; one++) left = (left << 1) ^ ((left >> 9) * 0x537);
    const bits = (mask << 10 | left) ^ 0x5412, bit = (at) => (bits >> at) & 1;
    for (let at = 0; at <= 5; at++) this.set(8, at, bit(at));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let at = 9; at < 15; at++) this.set(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at++) this.set(this.size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at++) this.set(8, this.size - 15 + at, bit(at));
    this.set(8, this.size - 8, true);
  }

  fill(mixed) {
    let at = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++) for (let side = 0; side < 2; side++) {
        const x = right - side, y = ((right + 1) & 2) === 0 ? this.size - 1 - step : step;
        if (this.fixed[y][x] || at >= mixed.length * 8) continue;
        this.dark[y][x] = ((mixed[at >> 3] >> (7 - (at & 7))) & 1) === 1;
        at++;
      }
    }
  }

  masked(mask) {
    const made = this.dark.map((row, y) => row.map((dark, x) => dark !== (!this.fixed[y][x] && MASKS[mask](x, y) === 0)));
    const code = Object.assign(Object.create(Code.prototype), this, { dark: made });
    code.format(mask);
    return code.dark;
  }
}

// How hard a code is to read: long runs, blocks, false finders, too dark or too light.
function penalty(dark) {
  const size = dark.length, lines = [...dark, ...dark.map((_, x) => dark.map((row) => row[x]))];
  let told = 0, black = 0;
  for (const line of lines) {
    const text = line.map(Number).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) told += run.length - 2;
    for (let at = 0; at + 11 <= size; at++) if (["10111010000", "00001011101"].includes(text.slice(at, at + 11))) told += 40;
  }
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
    black += dark[y][x];
    if (x && y && dark[y][x] === dark[y - 1][x] && dark[y][x] === dark[y][x - 1] && dark[y][x] === dark[y - 1][x - 1]) told += 3;
  }
  return told + Math.floor(Math.abs(black * 20 - size * size * 10) / (size * size)) * 10;
}

// The modules of a text's code, row by row, true for dark; by default under the mask that reads best.
export function modules(text, mask = null) {
  const { version, mixed } = interleaved(text), code = new Code(version);
  code.fill(mixed);
  if (mask !== null) return code.masked(mask);
  return MASKS.map((_, one) => code.masked(one)).reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

// The code as an SVG element with its quiet zone.
export function drawn(text, label) {
  const dark = modules(text), size = dark.length + 8, name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg"), path = document.createElementNS(name, "path"), paper = document.createElementNS(name, "rect");
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, class: "qr" })) svg.setAttribute(key, value);
  for (const [key, value] of Object.entries({ width: size, height: size, fill: "#fff" })) paper.setAttribute(key, value);
  path.setAttribute("d", dark.flatMap((row, y) => row.map((one, x) => (one ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join(""));
  path.setAttribute("fill", "#000");
  svg.append(paper, path);
  return svg;
}
