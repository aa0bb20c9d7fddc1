#pragma once

#include <string_view>

// The page of a bench: one self-contained document with a place for the data; it knows neither
// limiters nor scenarios.
namespace weir::simulator {

inline constexpr std::string_view kPageData = "@DATA@";  // where the data goes, as JSON

inline constexpr std::string_view kPageDocument = R"page(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>weir-sim</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,">
<style>
:root{color-scheme:light dark;--ink:#18202b;--dim:#667085;--page:#f4f6f8;--card:#fff;--line:#e4e8ee;--mix:44%;
--limit:#c2620a;--flight:#2563eb;--wait:#8b46d8;--ok:#15935a;--shed:#d13b3b;--known:#55606f;--good:#35b37a;--fair:#edb93b;--bad:#e0463c}
@media(prefers-color-scheme:dark){:root{--ink:#e7ecf3;--dim:#94a1b5;--page:#0f1319;--card:#171d26;--line:#28313d;--mix:52%;
--limit:#f2a24a;--flight:#6aa2ff;--wait:#bd92f5;--ok:#47c98a;--shed:#f47171;--known:#aeb9c8;--good:#1d8a59;--fair:#a97c12;--bad:#c93a34}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1280px;margin:0 auto;padding:20px 16px 40px}
header{display:flex;align-items:baseline;gap:4px 12px;margin-bottom:14px;flex-wrap:wrap}
h1{font-size:22px;letter-spacing:-.02em;margin:0}h2{font-size:16px;margin:0}h3{font-size:14px;margin:0}
.dim,header span{color:var(--dim)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px;margin-bottom:12px;min-width:0}
.top{display:flex;align-items:baseline;gap:4px 14px;flex-wrap:wrap;margin-bottom:8px}
.chips{display:flex;flex-wrap:wrap;gap:6px;margin-bottom:10px}
button{font:inherit;color:inherit;cursor:pointer;background:none;border:1px solid var(--line);border-radius:999px;padding:3px 12px}
button[aria-pressed=true]{border-color:var(--flight);box-shadow:inset 0 0 0 1px var(--flight);font-weight:600}
button:focus-visible{outline:2px solid var(--flight);outline-offset:1px}
.rows{overflow-x:auto;position:relative}
table{border-collapse:separate;border-spacing:2px;font-variant-numeric:tabular-nums}
#heat{font-size:12.5px}#heat.wide{width:100%}
th{font-weight:400;color:var(--dim);text-align:right;white-space:nowrap;padding:2px 4px}
#heat th[scope=row]{text-align:left;color:var(--ink);position:sticky;left:0;background:var(--card);padding-right:8px;max-width:190px;overflow:hidden;text-overflow:ellipsis}
#heat td{padding:0;min-width:43px}#heat:not(.wide) td{min-width:64px}
#heat button{display:block;width:100%;border:0;border-radius:4px;padding:3px 4px;text-align:right;box-shadow:none;font-weight:400}
#heat button[aria-pressed=true]{box-shadow:inset 0 0 0 2px var(--ink);font-weight:600}
.worst{padding:3px 6px!important;text-align:right;font-weight:600}
.scale{display:inline-block;width:110px;height:9px;border-radius:5px;margin:0 6px}
#numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(118px,1fr));gap:4px 16px;margin-bottom:4px}
#numbers div{color:var(--dim);font-size:12.5px}#numbers b{display:block;color:var(--ink);font-size:17px;font-weight:600;font-variant-numeric:tabular-nums}
#missed{color:var(--shed);margin:6px 0 0}
.key{color:var(--dim);font-size:12.5px;font-variant-numeric:tabular-nums;margin-bottom:4px}
.key span{display:inline-block;margin-right:14px;white-space:nowrap}.key b{color:var(--ink);font-weight:600}
.key i{display:inline-block;width:13px;height:0;border-top:3px solid var(--tone);margin:0 5px 3px 0;vertical-align:middle}.key i.dash{border-top-style:dotted}
svg{width:100%;height:210px;display:block;cursor:crosshair;touch-action:pan-y}
svg text{font-size:11.5px;fill:var(--dim)}
#why{max-height:240px;overflow:auto;margin-top:6px}#why>div{columns:220px;font-variant-numeric:tabular-nums}#why p{margin:0 0 2px;display:grid;grid-template-columns:68px 48px 1fr;gap:10px;break-inside:avoid}#why span{text-align:right}
details{color:var(--dim)}summary{cursor:pointer}dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 14px;margin:10px 0 0}dt{color:var(--ink)}dd{margin:0}
.charts{display:grid;grid-template-columns:1fr 1fr;gap:12px;margin-bottom:12px}.charts .card{margin:0}.charts:not(.two) .card:first-child{grid-column:1/-1}
.charts.two{grid-template-columns:1fr}.two .runs{display:grid;grid-template-columns:1fr 1fr;gap:4px 16px}.runs h4{font-size:12.5px;font-weight:600;margin:0}.runs div{min-width:0}
@media(max-width:760px){.charts,.two .runs{grid-template-columns:1fr}main{padding:14px 10px 30px}.card{padding:10px}#heat th[scope=row]{max-width:116px;white-space:normal;line-height:1.2}
svg{height:180px}#numbers{grid-template-columns:repeat(3,1fr);gap:4px 10px}dl{grid-template-columns:1fr}dd{margin-bottom:6px}}
</style></head><body><main>
<header><h1>weir-sim</h1><span id="about">limiters in virtual time</span></header>
<div class="card"><div class="chips" id="switch" role="group" aria-label="score"></div>
<div class="top dim"><span id="meaning"></span><span id="legend"></span></div>
<div class="rows"><table id="heat"></table></div></div>
<div class="card"><div class="top"><h2 id="who"></h2><span class="dim" id="where"></span></div>
<div class="chips" id="worlds" role="group" aria-label="world"></div><div id="numbers"></div><p id="missed"></p></div>
<div class="charts" id="charts"></div>
<div class="card" id="causes"><h3>Why the limit is what it is</h3><div id="why"></div></div>
<div id="more"></div>
<div class="card"><details><summary>What the scenarios are</summary><dl id="titles"></dl></details></div>
</main><script type="application/json" id="data">@DATA@</script><script>
'use strict';
const D=JSON.parse(document.getElementById('data').textContent);
const el=id=>document.getElementById(id),esc=s=>String(s).replace(/[&<>"]/g,c=>'&#'+c.charCodeAt()+';');
const count=v=>v>=1e5?(v/1e3).toFixed(0)+'k':v>=1e4?(v/1e3).toFixed(1)+'k':String(+v.toPrecision(v<100?3:4));
const time=s=>!s?'–':s<1e-3?+(s*1e6).toPrecision(3)+' µs':s<1?+(s*1e3).toPrecision(3)+' ms':+s.toPrecision(3)+' s';
const plain=v=>v.toFixed(v>=100?0:v>=10?1:2),percent=v=>+(100*v).toFixed(v<.1?1:0)+'%';
// `bad` is 0 at the first end and 1 at the second.
const SCORES={
goodput_share:{name:'goodput',means:'answers within the deadline, as a share of what the oracle reaches',ends:['1','0.5 or less'],show:plain,bad:v=>(1-v)*2,up:true},
w50:{name:'w50',means:'median latency over that of a request alone',ends:['1','10 or more'],show:plain,bad:v=>Math.log10(v)},
w99:{name:'w99',means:'99th percentile of latency over that of a request alone',ends:['1','30 or more'],show:plain,bad:v=>Math.log(v)/Math.log(30)},
false_shed_share:{name:'false sheds',means:'turned away while less than 0.9 of the capacity was offered',ends:['0','20% or more'],show:percent,bad:v=>Math.sqrt(v*5)},
converge_seconds:{name:'convergence',means:'seconds from the step until goodput and latency are right and stay so',ends:['0','30 s or never'],show:v=>v===Infinity?'never':v.toFixed(1),bad:v=>v/30}};
const MORE=[['limit_settle_seconds','limit settles',v=>v===Infinity?'never':v.toFixed(1)+' s'],['limit_error','limit / needed − 1',plain],['probe_loss','lost to probes',v=>percent(v)],['probe_seconds','seconds in probes',plain],['late_share','late',percent],['overshoot','most inside / width',plain],['limit_shift','limit shifted by',plain],['answers_until_moved','answers until it moved',plain],['failed_share','of those let in, failed',percent],['fairness','fairness between proxies or tenants',plain],['drift_per_hour','drift of the limit / h',plain],['amplification','attempts / request',plain],['hurried_shed_share','callers shed, least important apart',percent],['modest_shed_share','tenants within an equal part, shed',percent],['least_share','of the goodput, the least important',percent],['exit_seconds','all are served again after',v=>v===Infinity?'never':v.toFixed(1)+' s'],['stop_seconds','a stalled service is left alone after',v=>v===Infinity?'never':v.toFixed(1)+' s'],['left_at_end','left inside at the end',plain],['unfinished_share','sessions not finished',percent]];
let at={score:'goodput_share',limiter:0,scenario:0,world:0},seen=null;
const tint=bad=>{const b=Math.max(0,Math.min(1,bad)),[from,to,share]=b<.5?['good','fair',b*2]:['fair','bad',b*2-1];
return`color-mix(in oklab,color-mix(in oklab,var(--${to}) ${(100*share).toFixed()}%,var(--${from})) var(--mix),var(--card))`};
const scoreIn=(cell,score)=>{const v=cell.scores[score]??null;return v==='never'?Infinity:v};
const valueOf=(s,w,l,score)=>scoreIn(D.scenarios[s].worlds[w].cells[l],score);
// A simulated run, and beside it the real one where there was one.
const runsOf=C=>C.real?[['simulated',C],['on sockets',C.real]]:[['',C]];
// The worst world of a scenario: its value and its number; no value where no world has one.
function worst(s,l,score){let value=null,world=0;D.scenarios[s].worlds.forEach((_,w)=>{const v=valueOf(s,w,l,score);
if(v!==null&&(value===null||(SCORES[score].up?v<value:v>value))){value=v;world=w}});return{value,world}}
const stars=(s,l)=>D.scenarios[s].worlds.some(w=>w.cells[l].missed.some(m=>m.startsWith(at.score+' ')));
function heat(){const is=SCORES[at.score];
el('switch').innerHTML=Object.entries(SCORES).filter(([id])=>D.scenarios.some((_,s)=>worst(s,0,id).value!==null)).map(([id,s])=>`<button data-score="${id}" aria-pressed="${id===at.score}">${s.name}</button>`).join('');
el('meaning').textContent=is.means+'; each scenario’s worst world, the median over the seeds; * misses the scenario’s bar';
el('legend').innerHTML=`${is.ends[0]}<span class="scale" style="background:linear-gradient(90deg,${tint(0)},${tint(.5)},${tint(1)})"></span>${is.ends[1]}`;
const used=D.scenarios.map((_,s)=>s).filter(s=>D.limiters.some((_,l)=>worst(s,l,at.score).value!==null));
el('heat').className=used.length>8?'wide':'';el('heat').innerHTML='<tr><th></th>'+used.map(s=>`<th scope="col" title="${esc(D.scenarios[s].title)}">${esc(D.scenarios[s].name)}</th>`).join('')+(used.length>1?'<th>worst</th>':'')+'</tr>'+
D.limiters.map((name,l)=>{const all=[];return`<tr><th scope="row" title="${esc(name)}">${esc(name)}</th>`+used.map(s=>{const{value:v}=worst(s,l,at.score);if(v===null)return'<td></td>';
all.push(v);return`<td><button data-l="${l}" data-s="${s}" aria-pressed="${l===at.limiter&&s===at.scenario}" title="${esc(name+', '+D.scenarios[s].name+': '+D.scenarios[s].title)}" style="background:${tint(is.bad(v))}">${is.show(v)}${stars(s,l)?'*':''}</button></td>`}).join('')+
(used.length>1&&all.length?`<td class="worst">${is.show(is.up?Math.min(...all):Math.max(...all))}</td>`:'')+'</tr>'}).join('')}
function detail(){const S=D.scenarios[at.scenario],W=S.worlds[at.world],C=W.cells[at.limiter];
el('who').textContent=D.limiters[at.limiter];
el('where').textContent=`${S.name}: ${S.title} · ${S.seeds>1?S.seeds+' seeds, the first one drawn':'one seed'}${C.real?' · each number simulated, then on sockets':''}`;
el('worlds').innerHTML=S.worlds.map((w,i)=>{const v=valueOf(at.scenario,i,at.limiter,at.score);
return`<button data-world="${i}" aria-pressed="${i===at.world}">${esc(w.name)} <span class="dim">${v===null?'–':SCORES[at.score].show(v)}</span></button>`}).join('');
const number=(id,name,show)=>{const v=valueOf(at.scenario,at.world,at.limiter,id);return v===null?'':`<div>${name}<b>${runsOf(C).map(([,run])=>scoreIn(run,id)).filter(x=>x!==null).map(show).join(' · ')}</b></div>`};
el('numbers').innerHTML=Object.entries(SCORES).map(([id,s])=>number(id,s.name,s.show)).join('')+MORE.map(m=>number(...m)).join('')+
`<div>deadline<b>${time(W.deadline)}</b></div><div>oracle: limit ${W.oracle.limits.length>4?'by phases':W.oracle.limits.join(', then ')}<b>${count(W.oracle.goodput_per_second)} / s</b></div>`;
el('missed').textContent=C.missed.length?'Misses: '+C.missed.join('; '):'';el('missed').hidden=!C.missed.length;
el('causes').hidden=!C.why.length;
el('why').innerHTML='<div>'+C.why.map(([i,word])=>`<p><span class="dim">${clock((i+1)*W.step_seconds,W.seconds)}</span><span>${count(C.limit[i])}</span>${esc(word.replace(/_/g,' '))}</p>`).join('')+'</div>';
drawAll()}
const CHARTS=[
{title:'Requests at the service',unit:count,lines:[['in flight','flight','in_flight','area'],['waiting','wait','waiting'],['true width','known','workers','dash'],['limit','limit','limit','step']]},
{title:'Requests per second',unit:count,lines:[['in time','ok','goodput','area'],['shed','shed','shed'],['offered','flight','offered'],['capacity','known','capacity','dash']]},
{title:'Latency of what was served',unit:time,log:true,lines:[['p99','shed','p99'],['p50','flight','p50'],['deadline','known','deadline','dash']]}];
const clock=(s,all)=>all<180?+s.toFixed(all<10?2:1)+' s':all<10800?+(s/60).toFixed(1)+' min':+(s/3600).toFixed(2)+' h';
const nice=(top,parts)=>{const rough=(top||1)/parts,ten=10**Math.floor(Math.log10(rough));return[1,2,2.5,5,10].map(k=>k*ten).find(s=>s>=rough*.999)};
function series(c,W,C,key){const v=key==='deadline'?W.capacity.map(()=>W.deadline):W[key]||C[key];return c.log&&key!=='deadline'?v.map(y=>y>0?y:null):v}
// By decades, or linear from 0; neither the warm-up nor a limit far above everything else flattens the rest.
function scaleOf(c,lines,warm){const flat=k=>lines.filter(l=>k(l)).flatMap(l=>l.values).filter(v=>v!==null);
if(c.log){const all=flat(()=>true),low=Math.floor(Math.log10(Math.min(...all))),high=Math.ceil(Math.log10(Math.max(...all))+1e-9);
const ticks=[];for(let d=low;d<=high;++d)for(const k of high-low>2?[1]:[1,2,5])if(d<high||k===1)ticks.push(k*10**d);
return{ticks,part:v=>(Math.log10(v)-low)/Math.max(1,high-low)}}
const later=k=>Math.max(0,...lines.filter(k).flatMap(l=>l.values.slice(warm))),rest=later(l=>l.key!=='limit');
const top=Math.min(Math.max(0,...flat(()=>true)),Math.max(rest,Math.min(later(l=>l.key==='limit'),3*rest)));
const step=nice(top,4),end=Math.ceil((top||1)/step-1e-9)*step,ticks=[];for(let v=0;v<=end*1.001;v+=step)ticks.push(v);
return{ticks,part:v=>v/end,end}}
// What is not known of a run has no line; both runs have the same scale.
function draw(c,i){const W=D.scenarios[at.scenario].worlds[at.world],runs=runsOf(W.cells[at.limiter]);
const all=runs.map(([,run])=>c.lines.filter(([,,key])=>key==='deadline'||W[key]||run[key]).map(([name,tone,key,how])=>({name,tone,key,how,values:series(c,W,run,key)})));
const scale=scaleOf(c,all.flat(),Math.ceil(W.warm_up/W.step_seconds));
el('charts').classList.toggle('two',runs.length>1);
[0,1].forEach(j=>{el(`r${i}_${j}`).hidden=!runs[j];if(runs[j])drawRun(c,`${i}_${j}`,W,runs[j][0],all[j],scale)})}
function drawRun(c,i,W,title,lines,scale){el('t'+i).textContent=title;
const box=el('c'+i),w=Math.max(260,box.clientWidth),h=box.clientHeight,left=54,right=10,low=h-22,high=8,n=W.capacity.length,X=k=>left+(w-left-right)*(k+1)/n,at_s=s=>left+(w-left-right)*s/W.seconds,Y=v=>low-(low-high)*scale.part(v),r=v=>v.toFixed(1);
let svg=`<clipPath id="p${i}"><rect x="${left}" y="${high-3}" width="${w-left-right}" height="${low-high+4}"/></clipPath>`+
`<rect x="${left}" y="${high}" width="${r(at_s(W.warm_up)-left)}" height="${low-high}" style="fill:var(--dim);opacity:.1"><title>warm-up: not judged</title></rect>`;
for(const t of scale.ticks)svg+=`<line x1="${left}" x2="${w-right}" y1="${r(Y(t))}" y2="${r(Y(t))}" style="stroke:var(--line)"/><text x="${left-8}" y="${r(Y(t)+4)}" text-anchor="end">${t||c.unit!==time?c.unit(t):'0'}</text>`;
const unit=W.seconds<180?1:W.seconds<10800?60:3600,step=nice(W.seconds/unit,w<500?4:8)*unit;
for(let t=0;t<=W.seconds*1.0001;t+=step)svg+=`<text x="${r(at_s(t))}" y="${h-6}" text-anchor="${at_s(t)>w-34?'end':t?'middle':'start'}">${clock(t,W.seconds)}</text>`;
if(W.step!==null)svg+=`<line x1="${r(at_s(W.step))}" x2="${r(at_s(W.step))}" y1="${high}" y2="${low}" style="stroke:var(--dim);stroke-dasharray:2 3"><title>the step</title></line>`;
for(const{tone,how,values}of lines){let path='',on=false;const stepped=how==='step'||how==='dash';
values.forEach((v,k)=>{if(v===null){on=false;return}const x=r(X(k)),y=r(Y(v));
path+=!on?(stepped?`M${r(X(k-1))} ${y}H${x}`:`M${x} ${y}`):how==='dash'?`H${r(X(k-1))}V${y}H${x}`:stepped?`H${x}V${y}`:`L${x} ${y}`;on=true});
if(how==='area')svg+=`<path d="${path}L${r(X(n-1))} ${low}L${r(X(0))} ${low}Z" clip-path="url(#p${i})" style="fill:var(--${tone});opacity:.14"/>`;
svg+=`<path d="${path}" clip-path="url(#p${i})" style="fill:none;stroke:var(--${tone});stroke-width:1.6;stroke-linejoin:round;${how==='dash'?'stroke-dasharray:5 4':''}"/>`}
const k=seen??n-1;if(seen!==null)svg+=`<line x1="${r(X(k))}" x2="${r(X(k))}" y1="${high}" y2="${low}" style="stroke:var(--dim)"/>`;
box.setAttribute('viewBox',`0 0 ${w} ${h}`);box.innerHTML=svg;
const over=lines.map(l=>[l.name,Math.max(...l.values)]).filter(l=>l[1]>scale.end*1.05).map(l=>`${l[0]} ${count(l[1])}`);
el('k'+i).innerHTML=`<span>${clock((k+1)*W.step_seconds,W.seconds)}</span>`+lines.map(({name,tone,how,values})=>
`<span><i class="${how==='dash'?'dash':''}" style="--tone:var(--${tone})"></i>${name} <b>${values[k]===null?'–':c.unit(values[k])}</b></span>`).join('')+(over.length?`<span>beyond the chart: ${over.join(', ')}</span>`:'')}
const drawAll=()=>CHARTS.forEach(draw);
el('charts').innerHTML=CHARTS.map((c,i)=>`<div class="card"><div class="top"><h3>${c.title}</h3></div><div class="runs">`+[0,1].map(j=>`<div id="r${i}_${j}"><h4 id="t${i}_${j}"></h4><div class="key" id="k${i}_${j}"></div><svg id="c${i}_${j}" role="img" aria-label="${c.title} over time"></svg></div>`).join('')+'</div></div>').join('');
CHARTS.flatMap((_,i)=>[i+'_0',i+'_1']).forEach(i=>{const box=el('c'+i);box.onpointermove=box.onpointerdown=e=>{const b=box.getBoundingClientRect(),n=D.scenarios[at.scenario].worlds[at.world].capacity.length;
seen=Math.max(0,Math.min(n-1,Math.round((e.clientX-b.left-54)/(b.width-64)*n-1)));drawAll()};box.onpointerleave=()=>{seen=null;drawAll()}});
// The address says what is shown, so that it can be sent to somebody.
function show(){heat();detail();const S=D.scenarios[at.scenario];
history.replaceState(null,'','#'+[at.score,D.limiters[at.limiter],S.name,S.worlds[at.world].name].map(encodeURIComponent).join('/'))}
function fromAddress(){const[score,limiter,scenario,world]=location.hash.slice(1).split('/').map(decodeURIComponent);
const l=D.limiters.indexOf(limiter),s=D.scenarios.findIndex(each=>each.name===scenario);if(SCORES[score])at.score=score;
if(l>=0)at.limiter=l;
if(s>=0)at.scenario=s;else{let least=Infinity;D.scenarios.forEach((_,i)=>{const v=worst(i,at.limiter,'goodput_share').value;if(v<least){least=v;at.scenario=i}})}
const w=D.scenarios[at.scenario].worlds.findIndex(each=>each.name===world);at.world=w>=0?w:worst(at.scenario,at.limiter,at.score).world;show()}
// What was pressed is drawn anew; the keyboard stays on it.
const stay=id=>el(id).querySelector('[aria-pressed=true]')?.focus({preventScroll:true});
el('switch').onclick=e=>{const id=e.target.closest('button')?.dataset.score;if(id){at.score=id;show();stay('switch')}};
el('heat').onclick=e=>{const b=e.target.closest('button');if(!b)return;at.limiter=+b.dataset.l;at.scenario=+b.dataset.s;at.world=worst(at.scenario,at.limiter,at.score).world;seen=null;show();
stay('heat');
if(el('charts').getBoundingClientRect().top>innerHeight-120)el('who').scrollIntoView({behavior:'smooth'})};
el('worlds').onclick=e=>{const id=e.target.closest('button')?.dataset.world;if(id!==undefined){at.world=+id;seen=null;show();stay('worlds')}};
el('titles').innerHTML=D.scenarios.map(s=>`<dt>${esc(s.name)}</dt><dd>${esc(s.title)}: ${s.worlds.map(w=>esc(w.name)).join(', ')}</dd>`).join('');
if(D.heading){document.title=document.querySelector('h1').textContent=D.heading;el('about').textContent=D.about;el('more').innerHTML=D.more}
addEventListener('resize',drawAll);addEventListener('hashchange',fromAddress);
fromAddress();</script></body></html>
)page";

}  // namespace weir::simulator
