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

//! The figures of the whole run, and where violations are reported. Any thread.
struct Tally
{
    std::atomic<quint64> connections = 0;
    std::atomic<quint64> sent = 0;
    std::atomic<quint64> delivered = 0;
    std::atomic<quint64> bytesSent = 0;
    std::atomic<quint64> ticks = 0; ///< delivered messages to all clients
    std::atomic<quint64> detected =
        0; ///< messages with a wrong checksum, where a byte was corrupted
    std::atomic<quint64> swallowed = 0; ///< messages missing, where a byte was corrupted
    std::atomic<quint64> protocolErrors =
        0;                              ///< connections ended by one, where a byte was corrupted
    std::atomic<quint64> strangers = 0; ///< clients that the server could not make out
    std::atomic<quint64> corruptedToServer = 0; ///< connections on which that may be so
    std::atomic<quint64> violations = 0;
    std::array<std::atomic<quint64>, 9> faults{};

    void count(Fault fault) { ++faults[size_t(fault)]; }

    //! Counts and prints it.
    void violation(const QString &text);

    //! One line.
    QString summary() const;
};

Tally &tally();
