import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.GradientLimit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Feeds seeded samples to Netflix's limits and writes what they made of them; see ../README.md. */
public final class NetflixVectors {
  private static final Map<String, Double> FORMS = new TreeMap<>(
      Map.of("steady", 1.0, "rising", 1.0, "drops", 1.0, "idle", 0.3, "falling", 1.0));

  private static long latencyOf(String form, int row, Random random) {
    double noise = 0.9 + 0.4 * random.nextDouble();
    double slower = switch (form) {
      case "rising" -> Math.pow(1.03, row);
      case "falling" -> row >= 12 && row < 24 ? 1 : 6;
      default -> 1 + 2 * (row / 25 % 2);
    };
    return (long) (10_000_000 * noise * slower);
  }

  private static void feed(PrintWriter out, String name, Limit limit, int rows, long gap, int quick) {
    String form = name.substring(name.indexOf('/') + 1);
    Random random = new Random(name.hashCode());
    long start = 1_000_000_000L;
    for (int row = 0; row < rows; ++row) {
      start += (long) (gap * random.nextDouble());
      long rtt = latencyOf(form, row, random);
      if (random.nextInt(100) < quick) rtt = 60_000 + random.nextInt(80_000);
      int inFlight = (int) Math.round(limit.getLimit() * FORMS.get(form)) - random.nextInt(3);
      boolean dropped = form.equals("drops") && random.nextInt(5) == 0;
      limit.onSample(start, rtt, Math.max(1, inFlight), dropped);
      out.printf("%s,%d,%d,%d,%d,%d%n", name, start, rtt, Math.max(1, inFlight), dropped ? 1 : 0, limit.getLimit());
    }
  }

  /** Samples begin up to `gap` ns after each other; `quick` percent of them take about 100 us. */
  private static void write(Path path, Map<String, Supplier<Limit>> settings, int rows, long gap, int quick)
      throws Exception {
    try (PrintWriter out = new PrintWriter(path.toFile(), "UTF-8")) {
      out.println("sequence,start_ns,rtt_ns,in_flight,dropped,limit");
      for (Map.Entry<String, Supplier<Limit>> setting : new TreeMap<>(settings).entrySet())
        for (String form : FORMS.keySet())
          feed(out, setting.getKey() + "/" + form, setting.getValue().get(), rows, gap, quick);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Path to = Path.of(arguments[0]);
    write(to.resolve("netflix_aimd.csv"), Map.of(
        "defaults", () -> AIMDLimit.newBuilder().build(),
        "short", () -> AIMDLimit.newBuilder().initialLimit(10).minLimit(3).maxLimit(40).backoffRatio(0.7)
            .timeout(40, TimeUnit.MILLISECONDS).build()), 40, 10_000_000, 0);
    // By default a probe comes after 15 times the limit in samples at the earliest: the limit stays above 4.
    write(to.resolve("netflix_vegas.csv"), Map.of(
        "defaults", () -> VegasLimit.newBuilder().build(),
        "smoothed", () -> VegasLimit.newBuilder().initialLimit(5).maxConcurrency(60).smoothing(0.3)
            .probeMultiplier(1_000_000).build()), 40, 10_000_000, 0);
    // Of the probe intervals only 1 is free of chance: every second sample probes.
    write(to.resolve("netflix_gradient.csv"), Map.of(
        "defaults", () -> GradientLimit.newBuilder().build(),
        "probing", () -> GradientLimit.newBuilder().minLimit(2).maxConcurrency(70).smoothing(0.5).rttTolerance(1.2)
            .backoffRatio(0.5).probeInterval(1).build()), 40, 10_000_000, 0);
    write(to.resolve("netflix_gradient2.csv"), Map.of(
        "defaults", () -> Gradient2Limit.newBuilder().build(),
        "short", () -> Gradient2Limit.newBuilder().initialLimit(8).minLimit(2).maxConcurrency(100).longWindow(20)
            .rttTolerance(1.1).queueSize(2).smoothing(0.6).build()), 40, 10_000_000, 0);
    // About 13 samples in a window, at times fewer than ten, which are thrown away.
    write(to.resolve("netflix_windowed.csv"), Map.of(
        "defaults", () -> WindowedLimit.newBuilder()
            .build(AIMDLimit.newBuilder().minLimit(3).timeout(15, TimeUnit.MILLISECONDS).build())),
        80, 150_000_000, 3);
    write(to.resolve("netflix_windowed_short.csv"), Map.of(
        "short", () -> WindowedLimit.newBuilder().minWindowTime(100, TimeUnit.MILLISECONDS)
            .maxWindowTime(160, TimeUnit.MILLISECONDS).minRttThreshold(90, TimeUnit.MICROSECONDS)
            .build(Gradient2Limit.newBuilder().minLimit(2).longWindow(8).smoothing(1).build())),
        80, 16_000_000, 3);
  }
}
