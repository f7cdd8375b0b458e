// SPDX-License-Identifier: MIT
#pragma once

#include "lag_time/roundtrips.h"

#include <QRepod/ConnectionListener>

#include <QtCore/QElapsedTimer>
#include <QtQml/qqmlregistration.h>

//! A client of the lag_time server for QML to show: a C++ class of the game's, with handlers in
//! C++.
///
/// The server pings again as soon as it has its answer, so what passes between an answer and the
/// next ping is a round trip. Answers wait for a moment, or the two would do nothing else.
class LagProbe : public QRepod::ConnectionListener
{
    Q_OBJECT
    QML_ELEMENT

    //! The latest round trips in milliseconds, oldest first; and minimum, median, 99th percentile
    //! and maximum of these.
    Q_PROPERTY(QList<double> roundTrips READ roundTrips NOTIFY measured)
    Q_PROPERTY(double minimum READ minimum NOTIFY measured)
    Q_PROPERTY(double median READ median NOTIFY measured)
    Q_PROPERTY(double p99 READ p99 NOTIFY measured)
    Q_PROPERTY(double maximum READ maximum NOTIFY measured)

    //! How many there have been.
    Q_PROPERTY(int count READ count NOTIFY measured)

    //! The powers of ten that all of these lie between, in milliseconds.
    Q_PROPERTY(double lowest READ lowest NOTIFY measured)
    Q_PROPERTY(double highest READ highest NOTIFY measured)

    //! How many of them lie in each of 48 parts from lowest to highest, each the same factor wide;
    //! 1 stands for the most.
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
