"""The style sheet of all pages: calm, official, readable on a phone; system fonts, nothing loaded from outside."""

STYLE = """
:root {
  --ink: #1b2430; --quiet: #566172; --line: #d7dde6; --ground: #eef1f5; --paper: #ffffff;
  --brand: #1f4068; --brand-dark: #16304f; --own: #dbe8f7; --alert: #a32a1f; --alert-ground: #fbecea;
  --good: #22684a; --focus: #2f6fb7;
}
html, body { height: 100%; margin: 0; }
body {
  background: var(--ground); color: var(--ink); font-size: 16px; line-height: 1.6;
  font-family: -apple-system, BlinkMacSystemFont, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei",
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", sans-serif;
  -webkit-text-size-adjust: 100%;
}
a { color: var(--brand); }
h1, h2, h3 { line-height: 1.35; margin: 0; font-weight: 600; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.offstage { position: absolute !important; width: 1px; height: 1px; overflow: hidden; visibility: hidden; }
.nicegui-content { padding: 0 !important; gap: 0 !important; display: block !important; }
.nicegui-error-popup { background: var(--alert); font-family: inherit; }
.nicegui-error-popup, .nicegui-error-popup * { color: #fff; }
.q-btn.act:focus-visible { box-shadow: 0 0 0 3px var(--focus); }

/* buttons */
.q-btn.act, .button {
  background: var(--brand) !important; color: #fff !important; border: 1px solid var(--brand); border-radius: 8px;
  padding: 8px 18px; font: inherit; font-weight: 500; min-height: 42px; cursor: pointer; text-decoration: none;
  display: inline-flex; align-items: center; justify-content: center; box-shadow: none;
}
.q-btn.act:hover, .button:hover { background: var(--brand-dark) !important; }
.q-btn.act.light { background: var(--paper) !important; color: var(--brand) !important; border-color: #9fb2ca; }
.q-btn.act.light:hover { background: #f0f5fb !important; }
.q-btn.act.small { min-height: 34px; padding: 4px 12px; font-size: 14px; }
.q-btn.act.danger { color: var(--alert) !important; border-color: #d9a29c; }
.q-btn.act::before { display: none; }

/* pages without scripts */
body.plain { display: flex; align-items: center; justify-content: center; min-height: 100vh; padding: 20px;
  box-sizing: border-box; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 32px 28px;
  width: 100%; max-width: 380px; box-sizing: border-box; }
.card .mark svg { width: 44px; height: 44px; display: block; margin-bottom: 16px; }
.card h1 { font-size: 22px; margin-bottom: 10px; }
.card p { margin: 0 0 14px; }
.card label { display: block; font-weight: 500; margin-bottom: 6px; }
.card input[name=code]:not([type=hidden]) { width: 100%; box-sizing: border-box; font: inherit; font-size: 20px;
  letter-spacing: .06em; padding: 10px 12px; border: 1px solid #9fb2ca; border-radius: 8px; margin-bottom: 14px; }
.card .button { width: 100%; box-sizing: border-box; margin-bottom: 14px; }
.quiet { color: var(--quiet); font-size: 14px; }
.problem { color: var(--alert); background: var(--alert-ground); border-radius: 8px; padding: 8px 12px; }

/* the bar on top */
.bar { background: var(--brand); color: #fff; display: flex; align-items: center; gap: 12px; padding: 0 16px;
  min-height: 56px; flex: none; }
.bar .mark svg { width: 30px; height: 30px; display: block; }
.bar .mark svg rect { fill: #3a608f; }
.bar .names { flex: 1; min-width: 0; line-height: 1.3; }
.bar h1 { font-size: 18px; color: #fff; }
.bar .who { font-size: 13px; color: #d3deec; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.bar a, .bar button.plainly { color: #fff; text-decoration: none; font: inherit; font-size: 14px; background: none;
  border: 1px solid #6f8db1; border-radius: 7px; padding: 5px 12px; cursor: pointer; white-space: nowrap; }
.bar a:hover, .bar button.plainly:hover { background: #2c5484; }
.bar form { margin: 0; }
.bar :focus-visible { outline-color: #fff; }
.demo { background: #fff6dd; border-bottom: 1px solid #ead9a2; color: #5c4708; font-size: 14px; flex: none;
  display: flex; align-items: center; gap: 8px; padding: 6px 16px; flex-wrap: wrap; }
.demo .today { flex: 1; min-width: 180px; }
.demo .q-btn.act.light.small { border-color: #c9b36b; color: #5c4708 !important; min-height: 30px; padding: 2px 10px;
  font-size: 13px; }

/* the chat */
.chat { display: flex; flex-direction: column; height: 100vh; height: 100dvh; max-width: 860px; margin: 0 auto;
  background: var(--ground); }
.thread { flex: 1; overflow-y: auto; padding: 16px; overscroll-behavior: contain; box-sizing: border-box; }
.day { text-align: center; color: var(--quiet); font-size: 13px; margin: 14px 0 10px; }
.line { display: flex; flex-direction: column; align-items: flex-start; margin-bottom: 14px; }
.line.mine { align-items: flex-end; }
.bubble { background: var(--paper); border: 1px solid var(--line); border-radius: 4px 14px 14px 14px;
  padding: 10px 14px; max-width: min(86%, 620px); white-space: pre-wrap; overflow-wrap: anywhere;
  box-sizing: border-box; }
.mine .bubble { background: var(--own); border-color: #bdd3ec; border-radius: 14px 4px 14px 14px; }
.reminder .bubble { border-left: 4px solid var(--brand); }
.stamp { font-size: 12px; color: var(--quiet); margin: 3px 4px 0; }
.choices { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; max-width: min(100%, 620px); }
.q-btn.act.choice { min-height: 40px; padding: 6px 16px; border-radius: 20px; font-size: 15px; text-align: left; }
.q-btn.act.choice .q-btn__content { flex-wrap: wrap; justify-content: flex-start; white-space: normal; }
.files { display: flex; flex-direction: column; gap: 6px; margin-top: 6px; }
.bubble .files:first-child { margin-top: 0; }
.file { display: inline-flex; align-items: center; gap: 8px; padding: 7px 12px; background: #f5f8fc;
  color: var(--brand); border: 1px solid #bdd3ec; border-radius: 8px; text-decoration: none; font-size: 15px;
  overflow-wrap: anywhere; }
.file::before { content: "附件"; font-size: 12px; color: var(--quiet); flex: none; }
.earlier { text-align: center; margin-bottom: 6px; }
.working { color: var(--quiet); font-size: 14px; padding: 0 16px 8px; min-height: 22px; flex: none; }
.composer { flex: none; background: var(--paper); border-top: 1px solid var(--line); padding: 10px 12px;
  padding-bottom: max(10px, env(safe-area-inset-bottom)); display: flex; gap: 8px; align-items: flex-end; }
.composer textarea { flex: 1; min-width: 0; font: inherit; color: inherit; padding: 8px 12px; border: 1px solid #9fb2ca;
  border-radius: 8px; resize: none; height: 42px; max-height: 132px; box-sizing: border-box; line-height: 24px;
  background: #fff; }
.composer textarea:focus-visible { outline: 2px solid var(--focus); outline-offset: -1px; }
.composer textarea::placeholder { color: #667284; }
.composer .q-btn.act { padding: 8px 14px; min-height: 42px; }
.empty { text-align: center; color: var(--quiet); padding: 48px 16px; }
/* the console */
.console { min-height: 100vh; }
.menu { background: var(--paper); border-bottom: 1px solid var(--line); display: flex; gap: 4px; padding: 0 16px;
  overflow-x: auto; }
.menu a { padding: 12px 14px; text-decoration: none; color: var(--quiet); white-space: nowrap;
  border-bottom: 3px solid transparent; }
.menu a.here { color: var(--brand); border-bottom-color: var(--brand); font-weight: 600; }
.inside { max-width: 1180px; margin: 0 auto; padding: 20px 16px 48px; box-sizing: border-box; }
.inside h2 { font-size: 21px; margin-bottom: 14px; }
.inside h3 { font-size: 17px; margin-bottom: 12px; }
.choosing { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 14px; }
.choosing .wide { flex: 1; min-width: 220px; }
.panel .q-field, .dialog .q-field { margin-bottom: 12px; }
.inside > .scroll, .inside > .q-option-group, .panel > .scroll, .panel > .q-btn { margin-bottom: 14px; }
.choosing .total { margin-right: auto; color: var(--quiet); }
.pill { border: 1px solid #9fb2ca; border-radius: 18px; padding: 4px 14px; text-decoration: none; font-size: 15px;
  background: var(--paper); }
.pill.here { background: var(--brand); color: #fff; border-color: var(--brand); }
.trail { display: flex; flex-wrap: wrap; gap: 6px; color: var(--quiet); margin: -4px 0 14px; font-size: 15px; }
.cards { display: grid; grid-template-columns: repeat(5, 1fr); gap: 10px; margin-bottom: 16px; }
.figure, .panel { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; }
.figure { padding: 12px 14px; }
.figure .label { color: var(--quiet); font-size: 14px; }
.figure .number { font-size: 26px; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.panel { padding: 16px; margin-bottom: 16px; }
.chart { width: 100%; margin-bottom: 12px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 15px; background: var(--paper); }
th, td { text-align: left; padding: 9px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 500; }
thead th { color: var(--quiet); font-size: 14px; white-space: nowrap; background: #f6f8fb; }
tbody tr:hover { background: #f7fafd; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.total th, tr.total td { font-weight: 600; border-top: 2px solid var(--line); border-bottom: 0; }
td.acts > div { display: flex; flex-wrap: wrap; gap: 6px; }
.unset { color: var(--alert); font-weight: 500; }
.dialog { padding: 22px; max-width: 440px; width: 100%; box-sizing: border-box; border-radius: 12px; background: #fff; }
.dialog h3 { font-size: 18px; margin-bottom: 10px; }
.dialog .foot { display: flex; gap: 10px; justify-content: flex-end; margin-top: 16px; }
.dialog .qr svg { width: 200px; height: 200px; display: block; margin: 8px auto; }
.dialog .code { font-size: 26px; letter-spacing: .08em; text-align: center; font-variant-numeric: tabular-nums;
  font-weight: 600; }
.dialog .link { overflow-wrap: anywhere; font-size: 14px; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 60vh; overflow-y: auto;
  border: 1px solid var(--line);
  border-radius: 8px; padding: 12px 14px; background: #fbfcfe; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 14px; margin: 0 0 14px; }
.facts dt { color: var(--quiet); } .facts dd { margin: 0; }
.search { display: flex; gap: 8px; margin-bottom: 14px; }
.search input { font: inherit; padding: 8px 12px; border: 1px solid #9fb2ca; border-radius: 8px; flex: 1;
  max-width: 340px;
  min-width: 0; }

@media (min-width: 880px) { .chat { border-left: 1px solid var(--line); border-right: 1px solid var(--line); } }
@media (max-width: 720px) {
  .cards { grid-template-columns: repeat(2, 1fr); }
  table { width: max-content; min-width: 100%; }
  td { max-width: 16em; }
}
@media (max-width: 480px) {
  .demo { padding: 6px 12px; }
  .demo .today { flex-basis: 100%; }
  .bar { padding: 0 12px; gap: 8px; }
  .thread { padding: 12px; }
  .bubble { max-width: 92%; }
  .composer { padding-left: 8px; padding-right: 8px; gap: 6px; }
  .composer .q-btn.act { padding: 8px 11px; }
}
"""
