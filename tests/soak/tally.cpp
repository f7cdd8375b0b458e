// SPDX-License-Identifier: MIT
#include "soak/tally.h"

#include <cstdio>

void Tally::violation(const QString &text)
{
    if (++violations <= 100) // the first ones are enough
        std::fprintf(stderr, "VIOLATION %s\n", qPrintable(text));
}

QString Tally::summary() const
{
    static constexpr const char *names[] = {"latency",    "chunks",     "bandwidth",
                                            "stall",      "cut",        "reset",
                                            "half-close", "corruption", "destruction"};
    QString kinds;
    for (size_t i = 0; i < faults.size(); ++i)
        kinds += QStringLiteral(" %1 %2").arg(QLatin1String(names[i])).arg(faults[i]);
    return QStringLiteral(
               "connections %1, sent %2 (%3 MB), delivered %4, to all %5; faults:%6; "
               "after corruption: %7 messages detected, %8 swallowed, %9 protocol errors; ")
               .arg(connections)
               .arg(sent)
               .arg(bytesSent / 1'000'000)
               .arg(delivered)
               .arg(ticks)
               .arg(kinds)
               .arg(detected)
               .arg(swallowed)
               .arg(protocolErrors)
        + QStringLiteral("violations %1").arg(violations);
}

Tally &tally()
{
    static Tally tally;
    return tally;
}
