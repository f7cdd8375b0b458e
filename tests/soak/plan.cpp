// SPDX-License-Identifier: MIT
#include "soak/plan.h"

#include "soak/tally.h"

using QRepod::Direction;

namespace {

template <class T, size_t N>
T oneOf(QRandomGenerator &random, const T (&values)[N])
{
    return values[random.bounded(quint32(N))];
}

} // namespace

Plan Plan::random(QRandomGenerator &random)
{
    Plan plan;
    plan.ending = Ending(random.bounded(8));
    plan.direction = random.bounded(2) ? Direction::ToServer : Direction::ToClient;
    // Usually anywhere, often right at the beginning.
    plan.offset = random.bounded(oneOf(random, {20, 100, 1000, 20'000, 200'000}));
    plan.mask = quint8(random.bounded(2) ? 1 << random.bounded(8) : random.bounded(1, 256));

    plan.latency = oneOf(random, {0, 0, 0, 5, 40});
    plan.jitter = oneOf(random, {0, 0, 3, 20});
    plan.chunkSize = oneOf(random, {0, 0, 0, 1, 3, 100, 1460});
    plan.bandwidth = oneOf<qint64>(random, {0, 0, 0, 200'000});
    plan.stalls = random.bounded(4) == 0;

    const bool isSlow = (plan.chunkSize > 0 && plan.chunkSize <= 100) || plan.bandwidth > 0;
    plan.duration = random.bounded(50, 2000);
    plan.interval = isSlow ? 20 : oneOf(random, {3, 10, 30});
    plan.burst = isSlow ? 4 : oneOf(random, {1, 10, 30});
    plan.maximumBody = isSlow ? 200 : oneOf(random, {20, 500, 5'000, 200'000});
    if (plan.maximumBody > 10'000) {
        plan.burst = 2;
        plan.interval = 30;
    }
    return plan;
}

void Plan::applyTo(QRepod::FaultProxy &proxy) const
{
    proxy.clearFaults();
    proxy.setLatency(latency);
    proxy.setJitter(jitter);
    proxy.setChunkSize(chunkSize);
    proxy.setBandwidth(bandwidth);
    if (latency + jitter > 0)
        tally().count(Fault::Latency);
    if (chunkSize > 0)
        tally().count(Fault::Chunks);
    if (bandwidth > 0)
        tally().count(Fault::Bandwidth);
    if (ending == Ending::Cut)
        proxy.cutAfter(offset, direction);
    if (ending == Ending::Corruption) {
        tally().count(Fault::Corruption);
        proxy.corrupt(offset, direction, mask);
    }
}

QString Plan::toString() const
{
    static constexpr const char *endings[] = {"client closes", "server closes", "reconnect",
                                              "destruction",   "cut",           "reset",
                                              "half-close",    "corruption"};
    return QStringLiteral(
               "%1 %2 at %3 mask %4, latency %5+%6, chunks %7, bandwidth %8, stalls %9, ")
               .arg(QLatin1String(isWebSocket ? "WebSocket, " : "")
                        + QLatin1String(endings[size_t(ending)]),
                    direction == Direction::ToServer ? QLatin1String("to server")
                                                     : QLatin1String("to client"))
               .arg(offset)
               .arg(mask)
               .arg(latency)
               .arg(jitter)
               .arg(chunkSize)
               .arg(bandwidth)
               .arg(stalls)
        + QStringLiteral("%1 ms of %2 * %3 bytes each %4 ms")
              .arg(duration)
              .arg(burst)
              .arg(maximumBody)
              .arg(interval);
}
