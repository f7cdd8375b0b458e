// SPDX-License-Identifier: MIT
#include "soak/interruptions.h"

#include "soak/interruptedgame.h"
#include "soak/tally.h"

#include <QtCore/QDeadlineTimer>
#include <QtCore/QRandomGenerator>

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace {

//! Returns after how many bytes a connection may be cut: while it resumes the session, soon after,
//! and after much more. TLS first takes some bytes for its handshake.
std::array<qint64, 3> cuts(const InterruptionPlan &plan)
{
    if (plan.isEncrypted)
        return {6'000, 12'000, 24'000};
    return {250, 1'000, 5'000};
}

//! Changes the faults of the lines all the time, and sometimes breaks them for everybody.
class Damage
{
public:
    Damage(const InterruptionPlan &plan, const InterruptedGame::Lines &lines)
        : m_cuts(cuts(plan))
        , m_rarity(plan.isEncrypted ? 20 + 4 * plan.clients : 20)
        , m_lines(lines)
        , m_random(plan.seed)
    {
        for (const auto &line : lines)
            line->setChunkSize(plan.chunk);
    }

    void strike()
    {
        for (const auto &line : m_lines) {
            line->cutWithin(m_cuts[m_random.bounded(quint32(m_cuts.size()))]);
            if (m_random.bounded(m_rarity) == 0)
                line->interrupt(int(m_random.bounded(10)));
        }
    }

private:
    const std::array<qint64, 3> m_cuts;
    const int m_rarity; // of breaks for everybody, after which all repeat the handshake
    const InterruptedGame::Lines &m_lines;
    QRandomGenerator m_random;
};

void report(const InterruptionPlan &plan, const InterruptedGame &game, qint64 milliseconds,
            qint64 attempts)
{
    const InterruptionTally &tally = game.tally;
    std::printf(
        "%d clients%s, %d threads%s%s, seed %u: %lld interruptions in %.1f s (%.0f/s), %lld "
        "more while a session was resumed\n",
        plan.clients, plan.hasBrowsers ? ", a third by WebSocket" : "", plan.threads,
        plan.isEncrypted ? ", TLS" : "",
        plan.chunk > 0 ? qPrintable(QStringLiteral(", chunks of %1").arg(plan.chunk)) : "",
        plan.seed, tally.interruptions, double(milliseconds) / 1'000,
        double(tally.interruptions) * 1'000 / double(std::max<qint64>(1, milliseconds)),
        attempts - tally.interruptions);
    std::printf("    %lld messages, %lld requests answered: %lld lost, %lld doubled, %lld out of "
                "order, %lld wrong, %lld wrong events; %lld attempts were taken for new clients\n",
                tally.messages, tally.requests, tally.lost, tally.doubled, tally.outOfOrder,
                tally.wrong, tally.wrongEvents, tally.strangers);
    if (tally.faults() > 0)
        ::tally().violation(QStringLiteral("%1 faults of sessions").arg(tally.faults()));
}

double percentile(std::vector<double> &values, double part)
{
    std::sort(values.begin(), values.end());
    return values[size_t(part * double(values.size() - 1))];
}

//! Measures the time from the line's return to `resumed`.
void measureOutages(const InterruptionPlan &plan, int longest)
{
    constexpr int interval = 50; // milliseconds
    InterruptedGame game(plan);
    if (!game.start(interval))
        return;
    QRandomGenerator random(plan.seed);
    std::vector<double> times;
    qint64 back = 0; // when the line returned, in nanoseconds
    QElapsedTimer clock;
    clock.start();
    for (const auto &player : game.players) {
        QObject::connect(player.get(), &QRepod::ConnectionListener::resumed,
                         [&] { times.push_back(double(clock.nsecsElapsed() - back) / 1e6); });
    }
    for (int i = 0; i < plan.outages; ++i) {
        const int length = 1 + int(random.bounded(longest));
        const size_t wanted = times.size() + game.players.size();
        for (const auto &line : game.lines)
            line->interrupt(length);
        back = clock.nsecsElapsed() + qint64(length) * 1'000'000;
        if (!game.play([&] { return times.size() >= wanted; }, [] {}))
            break;
    }
    game.finish();
    if (!times.empty())
        std::printf("%d clients, outages of up to %d ms, reconnectInterval %d ms: from the line "
                    "being back to resumed() %.0f ms (median of %zu), %.0f ms (99th percentile)\n",
                    plan.clients, longest, interval, percentile(times, 0.5), times.size(),
                    percentile(times, 0.99));
    if (game.tally.faults() > 0)
        ::tally().violation(QStringLiteral("%1 faults of sessions").arg(game.tally.faults()));
}

} // namespace

void interrupt(const InterruptionPlan &plan)
{
    if (plan.interruptions > 0) {
        InterruptedGame game(plan);
        if (!game.start(1))
            return;
        QElapsedTimer clock;
        clock.start();
        Damage damage(plan, game.lines);
        game.play([&] { return game.tally.interruptions >= plan.interruptions; },
                  [&] { damage.strike(); });
        const qint64 milliseconds = clock.elapsed();
        game.finish();
        report(plan, game, milliseconds, game.connectionCount() - plan.clients);
    }
    if (plan.outages > 0) {
        measureOutages(plan, 50);
        measureOutages(plan, 1'000);
    }
}
