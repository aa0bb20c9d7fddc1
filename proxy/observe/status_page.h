#pragma once

#include <string_view>

// The live page: one self-contained document that asks /history and /limits of where it came from;
// it knows no other address.
namespace weir::observe {

inline constexpr std::string_view kStatusPage = R"page(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>weir</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,">
<style>
:root{color-scheme:light dark;--ink:#18202b;--dim:#667085;--page:#f4f6f8;--card:#fff;--line:#e4e8ee;
--limit:#c2620a;--flight:#2563eb;--wait:#8b46d8;--ok:#15935a;--shed:#d13b3b;--failed:#b08900}
@media(prefers-color-scheme:dark){:root{--ink:#e7ecf3;--dim:#94a1b5;--page:#0f1319;--card:#171d26;--line:#28313d;
--limit:#f2a24a;--flight:#6aa2ff;--wait:#bd92f5;--ok:#47c98a;--shed:#f47171;--failed:#e3c04d}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1120px;margin:0 auto;padding:22px 20px 40px}
header{display:flex;align-items:baseline;gap:12px;margin-bottom:16px;flex-wrap:wrap}
h1{font-size:22px;letter-spacing:-.02em;margin:0}
#how{color:var(--dim)}
#state{margin-left:auto;font-weight:600;color:var(--tone);border:1px solid currentColor;border-radius:999px;padding:2px 13px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:10px;margin-bottom:12px}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 15px}
.tile span{display:block;color:var(--dim);font-size:12.5px}
.tile span::before{content:"";display:inline-block;width:8px;height:8px;border-radius:2px;background:var(--tone);margin-right:6px}
.tile b{font-size:25px;font-weight:600;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tile small{color:var(--dim);margin-left:6px}
.charts{display:grid;grid-template-columns:1fr 1fr;gap:12px;margin-bottom:12px}
.charts .card:first-child{grid-column:1/-1}
@media(max-width:760px){.charts{grid-template-columns:1fr}}
h2{font-size:14px;font-weight:600;margin:0}
.top{display:flex;justify-content:space-between;gap:10px;flex-wrap:wrap;margin-bottom:8px}
.key{color:var(--dim);font-size:12.5px;font-variant-numeric:tabular-nums}
.key i{display:inline-block;width:13px;height:3px;border-radius:2px;margin:0 5px 3px 12px;background:var(--tone)}
.key b{color:var(--ink);font-weight:600}
canvas{width:100%;height:190px;display:block;cursor:crosshair}
.rows{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
td,th{text-align:right;padding:5px 0 5px 14px;border-top:1px solid var(--line);white-space:nowrap}
td:first-child,th:first-child{padding-left:0}th{color:var(--dim);font-weight:400;font-size:12.5px;border:0}
.word{text-align:left;padding-left:26px}.up{color:var(--ok)}.down{color:var(--shed)}
#lost{display:none;background:var(--shed);color:#fff;border-radius:10px;padding:9px 15px;margin-bottom:12px}
footer{color:var(--dim);font-size:12.5px;margin-top:14px}a{color:inherit}
</style></head><body><main>
<header><h1>weir</h1><span id="how">&nbsp;</span><span id="state"></span></header>
<div id="lost">No answer from weir: these are the last figures it gave.</div>
<div class="tiles" id="tiles"></div>
<div class="charts" id="charts"></div>
<div class="card"><div class="top"><h2>Why the limit is what it is</h2></div><div class="rows"><table id="why"></table></div></div>
<footer><a href="metrics">/metrics</a> · <a href="limits">/limits</a> · <a href="readyz">/readyz</a></footer>
</main><script>
const el=id=>document.getElementById(id),esc=s=>String(s).replace(/[&<>"]/g,c=>'&#'+c.charCodeAt()+';');
const colour=n=>getComputedStyle(document.documentElement).getPropertyValue('--'+n).trim();
const count=v=>v>=1e5?(v/1e3).toFixed(0)+'k':v>=1e4?(v/1e3).toFixed(1)+'k':v.toFixed(v%1&&v<10?1:0);
const time=s=>!s?'–':s<1e-3?(s*1e6).toFixed(0)+' µs':s<1?(s*1e3).toFixed(s<.01?1:0)+' ms':s.toFixed(s<10?2:0)+' s';
const N=300,charts=[
{id:'a',title:'Requests at the service',unit:count,lines:[['limit','limit','limit','step'],['in flight','flight','in_flight','area'],['waiting','wait','waiting']]},
{id:'b',title:'Requests per second',unit:count,lines:[['served','ok','served_per_second','area'],['shed','shed','shed_per_second'],['failed','failed','failed_per_second'],['overload answers','limit','overload_answers_per_second']]},
{id:'c',title:'Latency of what was served',unit:time,lines:[['p99','shed','p99_seconds'],['p50','flight','p50_seconds'],['baseline','ok','baseline_seconds','dash']]}];
el('charts').innerHTML=charts.map(c=>`<div class="card"><div class="top"><h2>${c.title}</h2><div class="key" id="k${c.id}"></div></div>
<canvas id="${c.id}" role="img" aria-label="${c.title} over the last five minutes"></canvas></div>`).join('');
let figures={},ago=null;
function nice(top){const rough=(top||1)/4,ten=10**Math.floor(Math.log10(rough));
const step=[1,2,2.5,5,10].map(k=>k*ten).find(s=>s>=rough*.999);return{step,top:Math.ceil((top||1)/step-1e-9)*step}}
function draw(c){const v=el(c.id),r=devicePixelRatio||1,w=v.clientWidth,t=v.clientHeight,left=52,right=8,low=t-20,high=6;
v.width=w*r;v.height=t*r;const g=v.getContext('2d');g.scale(r,r);g.font='11.5px system-ui,sans-serif';g.lineJoin='round';
const all=c.lines.flatMap(l=>figures[l[2]]||[]);
const scale=nice(Math.max(...all,0)||(c.unit===time?.01:4)),X=back=>left+(w-left-right)*(1-back/(N-1)),Y=y=>low-(low-high)*y/scale.top;
g.textBaseline='middle';g.textAlign='right';g.lineWidth=1;
for(let y=0;y<=scale.top*1.001;y+=scale.step){g.strokeStyle=colour('line');g.beginPath();g.moveTo(left,Math.round(Y(y))+.5);
g.lineTo(w-right,Math.round(Y(y))+.5);g.stroke();g.fillStyle=colour('dim');g.fillText(y||c.unit!==time?c.unit(y):'0',left-8,Y(y))}
g.textAlign='center';for(const m of[4,3,2,1])g.fillText('−'+m+' min',X(m*60),t-7);g.textAlign='right';g.fillText('now',w-right,t-7);
for(const[,tone,key,how]of c.lines){const p=figures[key]||[];if(!p.length)continue;
const path=()=>{g.beginPath();p.forEach((y,i)=>{const x=X(p.length-1-i);if(!i)g.moveTo(x,Y(y));
else{if(how==='step')g.lineTo(x,Y(p[i-1]));g.lineTo(x,Y(y))}})};
if(how==='area'){path();g.lineTo(X(0),low);g.lineTo(X(p.length-1),low);g.closePath();g.globalAlpha=.13;g.fillStyle=colour(tone);g.fill();g.globalAlpha=1}
path();g.strokeStyle=colour(tone);g.lineWidth=1.7;g.setLineDash(how==='dash'?[4,4]:[]);g.stroke();g.setLineDash([])}
if(ago!==null){g.strokeStyle=colour('dim');g.lineWidth=1;g.beginPath();g.moveTo(X(ago),high);g.lineTo(X(ago),low);g.stroke()}
el('k'+c.id).innerHTML=(ago===null?'':`${ago} s ago`)+c.lines.map(([name,tone,key])=>{const y=(figures[key]||[]).at(-1-(ago||0));
return`<i style="--tone:var(--${tone})"></i>${name} <b>${y===undefined?'–':c.unit(y)}</b>`}).join('')}
const drawAll=()=>charts.forEach(draw);
for(const c of charts){const v=el(c.id);v.onpointermove=e=>{const b=v.getBoundingClientRect();
ago=Math.max(0,Math.min(N-1,Math.round((1-(e.clientX-b.left-52)/(b.width-60))*(N-1))));drawAll()};v.onpointerleave=()=>{ago=null;drawAll()}}
addEventListener('resize',drawAll);matchMedia('(prefers-color-scheme:dark)').addEventListener('change',drawAll);
function tiles(l){const h=k=>(figures[k]||[]).at(-1)||0,shed=h('shed_per_second'),all=shed+h('served_per_second')+h('failed_per_second');
const list=[['limit',l.limit,'limit'],['in flight',l.in_flight,'flight'],['waiting',l.waiting,'wait','≤ '+l.most_waiting+', ≤ '+time(l.max_wait_seconds)],
['served / s',count(h('served_per_second')),'ok'],['shed / s',count(shed),'shed',all&&shed?(100*shed/all).toFixed(0)+' %':''],
['p50',time(h('p50_seconds')),'flight'],['p99',time(h('p99_seconds')),'shed']];
el('tiles').innerHTML=list.map(([name,x,tone,more])=>`<div class="tile" style="--tone:var(--${tone})"><span>${name}</span><b>${esc(x)}</b>${more?`<small>${more}</small>`:''}</div>`).join('');
const[word,tone]=h('failed_per_second')>shed&&h('failed_per_second')>h('served_per_second')?['failing','shed']:
h('overload_answers_per_second')>.1*h('served_per_second')?['overloaded','shed']:shed?['shedding','limit']:l.waiting?['queueing','wait']:['calm','ok'];
el('state').textContent=word;el('state').style.setProperty('--tone',`var(--${tone})`);
el('how').textContent=l.algorithm+' limiter'}
function why(l){el('why').innerHTML='<tr><th>ago<th>limit<th class="word">cause<th>latency<th>baseline<th>served / s<th>peak places</tr>'+
l.changes.slice(0,12).map(d=>`<tr><td>${d.seconds_ago<90?d.seconds_ago.toFixed(0)+' s':(d.seconds_ago/60).toFixed(0)+' min'}
<td class="${d.to>d.from?'up':'down'}">${+d.from} → ${+d.to}<td class="word">${esc(d.cause.replace(/_/g,' '))}<td>${time(d.latency_seconds)}
<td>${time(d.baseline_seconds)}<td>${count(d.per_second)}<td>${+d.peak_places}</tr>`).join('')}
async function look(){try{const[h,l]=await Promise.all(['history','limits'].map(p=>fetch(p,{signal:AbortSignal.timeout(3000)}).then(r=>r.json())));
figures=h;tiles(l);why(l);drawAll();el('lost').style.display='none'}catch(e){el('lost').style.display='block'}setTimeout(look,1000)}
look();</script></body></html>
)page";

}  // namespace weir::observe
