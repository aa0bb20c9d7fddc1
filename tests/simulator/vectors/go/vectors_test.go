// Feeds seeded requests to failsafe-go and aegis in the virtual time of testing/synctest and writes
// what they made of them; see ../README.md.
package vectors

import (
	"bufio"
	"fmt"
	"math"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/failsafe-go/failsafe-go/adaptivelimiter"
	"github.com/go-kratos/aegis/ratelimit"
	"github.com/go-kratos/aegis/ratelimit/bbr"
	"github.com/zeromicro/go-zero/core/load"
	"github.com/zeromicro/go-zero/core/logx"
	_ "github.com/zeromicro/go-zero/core/stat"
)

// The originals as a door: ask is nil when it stays shut.
type door interface {
	ask() (leave func(dropped bool))
	limit() int
	busy(perMille int64)
}

type failsafe struct {
	limiter adaptivelimiter.AdaptiveLimiter[any]
}

func (f failsafe) ask() func(bool) {
	permit, ok := f.limiter.TryAcquirePermit()
	if !ok {
		return nil
	}
	return func(dropped bool) {
		if dropped {
			permit.Drop()
		} else {
			permit.Record()
		}
	}
}
func (f failsafe) limit() int { return f.limiter.Limit() }
func (f failsafe) busy(int64) {}

type aegis struct {
	limiter *bbr.BBR
	cpu     *int64
}

// The limiter's source of load is replaced, since nothing of its API sets it.
func newAegis() door {
	a := aegis{bbr.NewLimiter(), new(int64)}
	field := reflect.ValueOf(a.limiter).Elem().FieldByName("cpu")
	cpu := a.cpu
	read := reflect.ValueOf(func() int64 { return *cpu }).Convert(field.Type())
	reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Set(read)
	return a
}

func (a aegis) ask() func(bool) {
	done, err := a.limiter.Allow()
	if err != nil {
		return nil
	}
	return func(bool) { done(ratelimit.DoneInfo{}) }
}

// Stat() would renew what the limiter keeps for a bucket's time, so it is not asked.
func (a aegis) limit() int { return 0 }

// The average of its cpuproc().
func (a aegis) busy(perMille int64) {
	*a.cpu = int64(float64(*a.cpu)*0.95 + float64(perMille)*(1.0-0.95))
}

// What go-zero's shedder reads as the load, which nothing of its API sets either.
//
//go:linkname goZeroCPU github.com/zeromicro/go-zero/core/stat.cpuUsage
var goZeroCPU int64

type goZero struct {
	shedder load.Shedder
	cpu     *int64
}

func newGoZero() door { return goZero{load.NewAdaptiveShedder(), new(int64)} }

func (g goZero) ask() func(bool) {
	atomic.StoreInt64(&goZeroCPU, *g.cpu)
	promise, err := g.shedder.Allow()
	if err != nil {
		return nil
	}
	return func(dropped bool) {
		if dropped {
			promise.Fail()
		} else {
			promise.Pass()
		}
	}
}
func (g goZero) limit() int { return 0 }

// The average of its stat package, which is not waited for.
func (g goZero) busy(perMille int64) {
	*g.cpu = int64(float64(*g.cpu)*0.95 + float64(perMille)*(1-0.95))
}

type feeder struct {
	out     *bufio.Writer
	name    string
	door    door
	random  *rand.Rand
	began   time.Time
	pending []func(bool)
}

func (f *feeder) row(event string, count, admitted int) {
	fmt.Fprintf(f.out, "%s,%d,%s,%d,%d,%d\n", f.name, time.Since(f.began).Microseconds(), event, count, admitted, f.door.limit())
}

func (f *feeder) ask(count int) {
	admitted := 0
	for range count {
		if leave := f.door.ask(); leave != nil {
			f.pending = append(f.pending, leave)
			admitted++
		}
	}
	f.row("ask", count, admitted)
}

// The oldest go.
func (f *feeder) leave(event string, count int) {
	count = min(count, len(f.pending))
	if count == 0 {
		return
	}
	for _, leave := range f.pending[:count] {
		leave(event == "drop")
	}
	f.pending = f.pending[count:]
	f.row(event, count, 0)
}

func (f *feeder) pass(microseconds float64) {
	time.Sleep(time.Duration(microseconds) * time.Microsecond)
}

// One round of callers: so many come, leave in two lots after about `latency` microseconds.
func (f *feeder) round(come int, latency float64, event string) {
	f.ask(come)
	f.pass(latency * (0.8 + 0.2*f.random.Float64()))
	f.leave(event, len(f.pending)*(5+f.random.Intn(5))/10)
	f.pass(latency * 0.4 * f.random.Float64())
	f.leave("done", len(f.pending))
}

func sequence(t *testing.T, out *bufio.Writer, name string, seed int64, makeDoor func() door, run func(*feeder)) {
	synctest.Test(t, func(*testing.T) {
		run(&feeder{out: out, name: name, door: makeDoor(), random: rand.New(rand.NewSource(seed)), began: time.Now()})
	})
}

func rounds(count int, one func(f *feeder, round int)) func(*feeder) {
	return func(f *feeder) {
		for round := range count {
			one(f, round)
		}
	}
}

func create(t *testing.T, name string) (*bufio.Writer, func()) {
	file, err := os.Create(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(file)
	fmt.Fprintln(out, "sequence,at_us,event,count,admitted,limit")
	return out, func() { out.Flush(); file.Close() }
}

func TestFailsafe(t *testing.T) {
	out, done := create(t, "failsafe.csv")
	defer done()
	defaults := func() door { return failsafe{adaptivelimiter.NewWithDefaults[any]()} }
	short := func() door {
		return failsafe{adaptivelimiter.NewBuilder[any]().WithLimits(2, 60, 10).WithMaxLimitFactor(3).
			WithRecentWindow(10*time.Millisecond, 80*time.Millisecond, 10).WithBaselineWindow(6).
			WithCorrelationWindow(12).Build()}
	}
	// More than 50 samples and a second: a window of the defaults is two rounds. Of 3000 seeds of
	// short/wandering this one shows each of the rule's constants in the limit.
	sequence(t, out, "defaults/rising", 1, defaults, rounds(30, func(f *feeder, round int) {
		f.round(25+f.random.Intn(8), 500_000*(1+float64(round)/6), "done")
		f.pass(40_000)
	}))
	sequence(t, out, "short/steady", 2, short, rounds(8, func(f *feeder, _ int) {
		f.round(f.door.limit()-f.random.Intn(4), 20_000, "done")
	}))
	sequence(t, out, "short/rising", 3, short, rounds(28, func(f *feeder, round int) {
		f.round(f.door.limit()+3, 12_000+1000*float64(f.door.limit())*(1+float64(round)/20), "done")
	}))
	sequence(t, out, "short/drops", 4, short, rounds(20, func(f *feeder, round int) {
		f.round(f.door.limit()+3, 20_000+20_000*float64(round/10), []string{"done", "drop"}[f.random.Intn(2)])
	}))
	sequence(t, out, "short/idle", 5, short, rounds(14, func(f *feeder, round int) {
		f.round(max(1, f.door.limit()/6), 15_000, "done")
		f.pass(200_000 * float64(round/9))
	}))
	slower := 1.0
	sequence(t, out, "short/wandering", 650, short, rounds(45, func(f *feeder, _ int) {
		slower *= math.Exp(0.6 * (f.random.Float64() - 0.5))
		f.round(max(6, f.door.limit()+3-f.random.Intn(2)*f.random.Intn(20)),
			20_000*slower*(1+f.random.Float64()), "done")
	}))
}

func TestAegis(t *testing.T) {
	out, done := create(t, "aegis_bbr.csv")
	defer done()
	look := func(f *feeder, busy int) {
		f.pass(float64(500_000 - time.Since(f.began).Microseconds()%500_000))
		f.door.busy(int64(busy))
		f.row("cpu", busy, 0)
	}
	// Half a second: a look at the load, a few callers, then enough of them to find the limit.
	turn := func(f *feeder, busy, come int, latency float64) {
		look(f, busy)
		f.round(come, latency, "done")
		f.ask(40)
		f.pass(30_000)
		f.leave("done", len(f.pending))
	}
	loads := []int{1000, 0, 1000, 1000, 1000, 1000, 0, 1000, 1000, 1000, 0, 1000, 1000, 1000, 1000}
	for seed, latency := range []float64{700, 9_300, 120_000} {
		name := fmt.Sprintf("cpu/%vus", latency)
		sequence(t, out, name, int64(seed), newAegis, func(f *feeder) {
			for range 35 {
				look(f, 1000)
			}
			for _, busy := range loads {
				turn(f, busy, 8+f.random.Intn(24), latency*(1+f.random.Float64()))
			}
			f.pass(11_000_000)
			turn(f, 1000, 5, latency)
		})
	}
}

func TestGoZero(t *testing.T) {
	logx.Disable()
	out, done := create(t, "go_zero.csv")
	defer done()
	look := func(f *feeder, busy int) {
		f.pass(float64(250_000 - time.Since(f.began).Microseconds()%250_000))
		f.door.busy(int64(busy))
		f.row("cpu", busy, 0)
	}
	// A quarter of a second: some stay while others come, so that the average in flight does not fall.
	turn := func(f *feeder, busy, come int, latency float64) {
		look(f, busy)
		f.ask(come)
		f.pass(latency)
		f.leave([]string{"done", "done", "drop"}[f.random.Intn(3)], len(f.pending)/2)
		f.ask(30)
		f.pass(latency * f.random.Float64())
		f.leave("done", len(f.pending)*2/3)
	}
	// Of 1200 seeds these show each of the rule's roundings in who gets in.
	latencies, seeds := []float64{700, 9_300, 90_000}, []int64{12, 28, 26}
	for i, latency := range latencies {
		sequence(t, out, fmt.Sprintf("cpu/%vus", latency), seeds[i], newGoZero, func(f *feeder) {
			for range 62 {
				look(f, 1000)
			}
			for _, busy := range []int{1000, 1000, 0, 1000, 0, 1000, 1000, 1000, 1000, 0} {
				turn(f, busy, 4+f.random.Intn(16), latency*(1+0.2*f.random.Float64()))
			}
			f.pass(6_000_000)
			turn(f, 1000, 5, latency)
		})
	}
}
