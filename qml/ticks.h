// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/ConnectionListener>
#include <QRepod/StateTick>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>

#include <array>
#include <memory>

namespace QRepod {

//! How late ticks come, and so how long ago what is drawn has to be.
class DelayEstimate
{
public:
    //! A tick that came \a lateness milliseconds after its time, and that is \a spacing after the
    //! one before.
    void add(double lateness, double spacing);

    //! The smallest delay that 99 of 100 ticks would have beaten: they would have been there before
    //! what was drawn came to the tick before.
    double delay() const;

private:
    static constexpr std::size_t window = 200;
    static constexpr double guess = 100; // before there are ticks

    std::array<double, window> m_needed{};
    std::size_t m_count = 0; // ever
};

//! The ticks of one shared thing, for all interpolators that follow it. Used in the thread of its
//! listener.
class Ticks : public QObject
{
    Q_OBJECT

public:
    //! Those that \a tick is one of.
    static std::shared_ptr<Ticks> of(const StateTick &tick);

    //! The server's time; -1: not known yet.
    qint64 now() const { return m_listener ? m_listener->serverTime() : -1; }

    //! How many milliseconds lie between two ticks, mostly.
    double spacing() const { return m_spacing; }

    //! Whether nothing had changed for a while before the tick at \a time.
    bool wasQuietBefore(qint64 time) const;

    double delay() const { return m_delay.delay(); }

Q_SIGNALS:
    //! A tick has been delivered.
    void passed(qint64 time);

private:
    explicit Ticks(const StateTick &tick);
    void note(const QString &name, qint64 time);

    const QPointer<ConnectionListener> m_listener;
    const QString m_name;
    DelayEstimate m_delay;
    double m_spacing = 50;
    qint64 m_latest = -1;
};

} // namespace QRepod
