#pragma once

#include <string_view>

// The live page: one self-contained document that asks /history and /limits of where it came from;
// it knows no other address.
namespace weir::observe {

inline constexpr std::string_view kStatusPage = R"page(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>weir</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>
:root{--ink:#1c2430;--dim:#6b7686;--page:#f6f7f9;--card:#fff;--line:#e2e6ec;
--limit:#d9730d;--flight:#2f6fde;--wait:#9257d6;--ok:#1f9d61;--shed:#d64545}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--dim:#93a0b2;--page:#12161c;--card:#1a2028;--line:#2a323d;
--limit:#f0a04b;--flight:#6ea2ff;--wait:#b98cf0;--ok:#4cc38a;--shed:#f07070}}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
main{max-width:1060px;margin:0 auto;padding:20px}
h1{font-size:20px;margin:0 0 14px}h1 small{color:var(--dim);font-weight:400;margin-left:8px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:10px;margin-bottom:14px}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 14px}
.tile b{display:block;font-size:25px;font-variant-numeric:tabular-nums}.tile span,.key{color:var(--dim);font-size:13px}
.card{margin-bottom:14px}.card h2{font-size:14px;margin:0 0 4px}.key i{display:inline-block;width:12px;height:3px;
margin:0 5px 3px 12px}canvas{width:100%;height:170px;display:block}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}td,th{text-align:left;padding:3px 10px 3px 0;
border-bottom:1px solid var(--line);font-weight:400}th{color:var(--dim);font-size:13px}
#lost{display:none;background:var(--shed);color:#fff;border-radius:8px;padding:8px 14px;margin-bottom:14px}
</style></head><body><main>
<h1>weir<small id="how"></small></h1>
<div id="lost">No answer from weir: these are the last figures it gave.</div>
<div class="tiles" id="tiles"></div>
<div class="card"><h2>Requests at the service</h2><canvas id="a"></canvas><div class="key" id="ka"></div></div>
<div class="card"><h2>Requests per second</h2><canvas id="b"></canvas><div class="key" id="kb"></div></div>
<div class="card"><h2>Latency as clients see it</h2><canvas id="c"></canvas><div class="key" id="kc"></div></div>
<div class="card"><h2>Why the limit is what it is</h2><table id="why"></table></div>
</main><script>
const colour=n=>getComputedStyle(document.documentElement).getPropertyValue('--'+n);
const ms=s=>s==null||s===0?'–':s<0.001?(s*1e6).toFixed(0)+' µs':s<1?(s*1e3).toFixed(s<0.01?1:0)+' ms':s.toFixed(2)+' s';
const cards=[['a',[['limit','limit','limit'],['in flight','flight','in_flight'],['waiting','wait','waiting']],v=>v.toFixed(0)],
['b',[['served','ok','served_per_second'],['shed','shed','shed_per_second'],['failed','limit','failed_per_second']],v=>v.toFixed(0)],
['c',[['p99','shed','p99_seconds'],['p50','flight','p50_seconds'],['baseline','ok','baseline_seconds']],ms]];
for(const[id,lines]of cards)document.getElementById('k'+id).innerHTML=lines.map(([t,c])=>
`<i style="background:var(--${c})"></i>${t}`).join('');
function draw(id,lines,unit,h){const v=document.getElementById(id),r=devicePixelRatio||1,w=v.clientWidth,t=v.clientHeight;
v.width=w*r;v.height=t*r;const g=v.getContext('2d');g.scale(r,r);const N=300;
let top=Math.max(...lines.flatMap(([, ,k])=>h[k]||[]),0);top=top>0?top*1.1:1;
g.font='12px system-ui';g.fillStyle=colour('dim');g.strokeStyle=colour('line');
for(const f of[0,.5,1]){const y=8+(t-26)*(1-f);g.beginPath();g.moveTo(56,y);g.lineTo(w,y);g.stroke();g.fillText(unit(top*f),0,y+4)}
for(const s of[300,240,180,120,60,0]){const x=56+(w-62)*(1-s/N);g.fillText(s?'-'+s/60+' min':'now',Math.min(x,w-28),t-4)}
for(const[,c,k]of lines){const p=h[k]||[];g.strokeStyle=colour(c);g.lineWidth=1.6;g.beginPath();
p.forEach((y,i)=>{const x=56+(w-62)*(1-(p.length-1-i)/N),z=8+(t-26)*(1-y/top);i?g.lineTo(x,z):g.moveTo(x,z)});g.stroke()}}
const esc=s=>String(s).replace(/[&<>]/g,c=>({'&':'&amp;','<':'&lt;','>':'&gt;'}[c]));
async function look(){try{const[h,l]=await Promise.all(['history','limits'].map(p=>fetch(p).then(r=>r.json())));
document.getElementById('lost').style.display='none';
const last=k=>(h[k]||[]).at(-1)||0;
document.getElementById('how').textContent=l.algorithm+', queue '+l.queue;
document.getElementById('tiles').innerHTML=[['limit',l.limit],['in flight',l.in_flight],['waiting',l.waiting],
['served / s',last('served_per_second')],['shed / s',last('shed_per_second')],['p50',ms(last('p50_seconds'))],
['p99',ms(last('p99_seconds'))]].map(([n,x])=>`<div class="tile"><b>${esc(x)}</b><span>${n}</span></div>`).join('');
for(const[id,lines,unit]of cards)draw(id,lines,unit,h);
document.getElementById('why').innerHTML='<tr><th>ago<th>limit<th>cause<th>latency<th>baseline<th>served / s<th>peak in flight</tr>'+
l.changes.slice(0,12).map(d=>`<tr><td>${d.seconds_ago.toFixed(0)} s<td>${d.from} → ${d.to}<td>${esc(d.cause)}<td>${ms(d.latency_seconds)}
<td>${ms(d.baseline_seconds)}<td>${d.per_second.toFixed(0)}<td>${d.peak_in_flight}</tr>`).join('')
}catch(e){document.getElementById('lost').style.display='block'}setTimeout(look,1000)}
look();</script></body></html>
)page";

}  // namespace weir::observe
