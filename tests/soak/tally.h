// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QString>

#include <array>
#include <atomic>

enum class Fault {
    Latency,
    Chunks,
    Bandwidth,
    Stall,
    Cut,
    Reset,
    HalfClose,
    Corruption,
    Destruction,
};

//! The figures of the whole run, and the place to report violations. Thread-safe.
struct Tally
{
    std::atomic<quint64> connections = 0;
    std::atomic<quint64> sent = 0;
    std::atomic<quint64> delivered = 0;
    std::atomic<quint64> bytesSent = 0;
    std::atomic<quint64> ticks = 0;             ///< delivered messages to all clients
    std::atomic<quint64> detected = 0;          ///< wrong checksums after a corrupted byte
    std::atomic<quint64> swallowed = 0;         ///< messages missing after a corrupted byte
    std::atomic<quint64> protocolErrors = 0;    ///< connections they ended after a corrupted byte
    std::atomic<quint64> strangers = 0;         ///< clients that the server could not identify
    std::atomic<quint64> corruptedToServer = 0; ///< connections on which that may happen
    std::atomic<quint64> violations = 0;
    std::array<std::atomic<quint64>, 9> faults{};

    void count(Fault fault) { ++faults[size_t(fault)]; }

    //! Counts and prints a violation.
    void violation(const QString &text);

    //! Returns the figures in one line.
    QString summary() const;
};

Tally &tally();
