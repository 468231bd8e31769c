/** How pages look, in light and dark. */
export const style = `
:root { --ink: #1a1c20; --paper: #fbfbf9; --faint: #6a6e76; --line: #d8d9d6; --panel: #f0f0ec; --mark: #00529b; --truth: #b3541e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e7ea; --paper: #16181c; --faint: #9a9fa9; --line: #363a42; --panel: #1f2228; --mark: #7ab8f5; --truth: #f0a36b; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: .3rem 0; }
h2 { font-size: 1.15rem; margin: 0 0 .6rem; overflow-wrap: anywhere; }
.note { color: var(--faint); margin: .2rem 0 1rem; }
.picture { border-top: 1px solid var(--line); padding: 1.2rem 0; display: grid; gap: 1rem 1.6rem; grid-template-columns: minmax(0, 34rem) minmax(0, 1fr); }
.picture > h2 { grid-column: 1 / -1; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: .5rem; align-items: center; }
select, button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: .3rem; padding: .3rem .5rem; max-width: 100%; min-height: 2.2rem; }
.flicker { min-width: 8.6rem; }
button[aria-pressed=true] { background: var(--mark); color: var(--paper); }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
.stage { position: relative; width: 100%; touch-action: pan-y; cursor: crosshair; background: var(--panel); }
.stage canvas { display: block; width: 100%; height: 100%; position: absolute; inset: 0; image-rendering: pixelated; }
.stage .edge { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: #fff; box-shadow: 0 0 0 1px #0008; pointer-events: none; }
.stage .cross { position: absolute; width: 15px; height: 15px; margin: -8px 0 0 -8px; border: 2px solid #fff; outline: 1px solid #000a; border-radius: 50%; pointer-events: none; }
.slider { width: 100%; margin: .4rem 0; accent-color: var(--mark); min-height: 1.6rem; }
.scale { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; font-size: .85rem; color: var(--faint); min-height: 1.5rem; }
.scale i { flex: 0 1 auto; width: 8rem; min-width: 2rem; height: .8rem; border: 1px solid var(--line); }
.probe { background: var(--panel); border-radius: .4rem; padding: .6rem .8rem; font-variant-numeric: tabular-nums; min-height: 9.5rem; }
.probe svg { display: block; width: 100%; height: 3.2rem; }
.probe .ends { display: flex; justify-content: space-between; font-size: .8rem; color: var(--faint); }
.probe .band { fill: var(--mark); opacity: .18; }
.probe .bar { fill: var(--mark); opacity: .75; }
.probe .normal { fill: none; stroke: var(--mark); stroke-width: 1.5; }
.probe .estimate { stroke: var(--mark); stroke-width: 2; }
.probe .true { stroke: var(--truth); stroke-width: 2; stroke-dasharray: 3 2; }
table { border-collapse: collapse; margin: .4rem 0 1rem; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
th, td { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
td { overflow-wrap: anywhere; min-width: 6rem; }
td.number { min-width: 0; }
thead th, th[scope=row] { color: var(--faint); }
td.number, th.number { text-align: right; white-space: nowrap; }
.promise { border-left: 3px solid var(--mark); padding-left: .7rem; margin: .5rem 0; }
.uncalibrated { border-color: var(--truth); }
.coverage { max-width: 100%; font-size: 11px; }
.coverage text { fill: var(--faint); }
.coverage rect { fill: none; stroke: var(--line); }
.coverage line { stroke: var(--faint); stroke-dasharray: 4 3; }
.curve polyline { fill: none; stroke-width: 2; }
.curve-0 { stroke: var(--mark); fill: var(--mark); color: var(--mark); } .curve-1 { stroke: var(--truth); fill: var(--truth); color: var(--truth); }
.curve-2 { stroke: #7a5fb0; fill: #7a5fb0; color: #7a5fb0; } .curve-3 { stroke: #3c8d5a; fill: #3c8d5a; color: #3c8d5a; }
.legend span { margin-right: 1rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); padding: .5rem .7rem; border-radius: .3rem; font-size: .8rem; margin: .3rem 0 .8rem; }
@media (max-width: 52rem) { .picture { grid-template-columns: minmax(0, 1fr); } body { padding: .7rem; } }
@media (prefers-reduced-motion: reduce) { * { scroll-behavior: auto; } }
`;
