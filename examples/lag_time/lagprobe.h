// SPDX-License-Identifier: MIT
#pragma once

#include "lag_time/roundtrips.h"

#include <QRepod/ConnectionListener>

#include <QtCore/QElapsedTimer>
#include <QtQml/qqmlregistration.h>

//! A client of the lag_time server for QML: a C++ class of the game, with handlers in C++.
///
/// The server pings again as soon as it has an answer, so the time from an answer to the next ping
/// is a round trip. The client waits a moment before it answers; otherwise the two would do nothing
/// else.
class LagProbe : public QRepod::ConnectionListener
{
    Q_OBJECT
    QML_ELEMENT

    //! The latest round trips in milliseconds, oldest first, and their minimum, median, 99th
    //! percentile and maximum.
    Q_PROPERTY(QList<double> roundTrips READ roundTrips NOTIFY measured)
    Q_PROPERTY(double minimum READ minimum NOTIFY measured)
    Q_PROPERTY(double median READ median NOTIFY measured)
    Q_PROPERTY(double p99 READ p99 NOTIFY measured)
    Q_PROPERTY(double maximum READ maximum NOTIFY measured)

    //! The total number of round trips.
    Q_PROPERTY(int count READ count NOTIFY measured)

    //! The powers of ten that enclose all of these, in milliseconds.
    Q_PROPERTY(double lowest READ lowest NOTIFY measured)
    Q_PROPERTY(double highest READ highest NOTIFY measured)

    //! How many round trips are in each of 48 parts from lowest to highest, each the same factor
    //! wide. The largest number is scaled to 1.
    Q_PROPERTY(QList<double> distribution READ distribution NOTIFY measured)

public:
    LagProbe();

    QList<double> roundTrips() const;
    double minimum() const { return percentile(0); }
    double median() const { return percentile(50); }
    double p99() const { return percentile(99); }
    double maximum() const { return percentile(100); }
    int count() const { return m_count; }
    double lowest() const;
    double highest() const;
    QList<double> distribution() const;

public slots:
    void Network_connected();
    void Network_ping(int count);

signals:
    void measured();

private:
    void answer(int count);
    double percentile(int percent) const;

    RoundTrips m_roundTrips;
    QElapsedTimer m_sinceAnswer;
    int m_count = 0;
};
