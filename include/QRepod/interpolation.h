// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qglobal.h>

#include <memory>

namespace QRepod {

//! A number that moves smoothly, though it is known only now and then.
///
/// States arrive 20 or 30 times a second, and not evenly; a window draws 60 times. So it draws what
/// was true a little while ago, between the two states around that time:
///
/// \code
/// void Network_position(double x, qint64 time) { m_x.addSample(time, x); }
///
/// void draw() { m_ship.setX(m_x.valueAt(m_game.serverTime() - m_x.delay())); }
/// \endcode
///
/// In QML, an `Interpolator` does all of this.
///
/// Times are in milliseconds on any one clock: mostly that of the server, so that it does not
/// matter when a state arrives, only when it was true. It is a value, for one thread at a time.
class QREPOD_EXPORT Interpolation
{
public:
    class Private; ///< the library's own part

    //! \a delay is that of delay().
    explicit Interpolation(int delay = 100);
    ~Interpolation();
    Interpolation(const Interpolation &other);
    Interpolation(Interpolation &&) noexcept;
    Interpolation &operator=(const Interpolation &other);
    Interpolation &operator=(Interpolation &&) noexcept;

    //! For how many milliseconds past the newest sample the value goes on at its last speed; then
    //! it stands. 0 or more. Default: 100.
    int delay() const;
    void setDelay(int milliseconds);

    //! For angles: the value that means the same as 0, such as 360. The value takes the short way,
    //! and is 0 or more and less than this. Default 0: there is none.
    double period() const;
    void setPeriod(double period);

    //! A greater difference between two samples is a jump, as of a player who is caught and starts
    //! again: it is not drawn as a movement. Default 0: there is none.
    double maximumStep() const;
    void setMaximumStep(double step);

    //! It was \a value at \a time. Samples may come in any order; of two of the same time, the
    //! later call counts. What is more than 5 s older than the newest is forgotten.
    void addSample(qint64 time, double value);

    //! It was still at \a time what it was in the newest sample. Older times do nothing.
    void hold(qint64 time);

    //! What it was at \a time: between the samples around it, on a straight line. Before the first
    //! sample it is that; without any, 0.
    double valueAt(qint64 time) const;

    //! Forgets all samples.
    void clear();

    bool isEmpty() const;

    //! The time of the newest sample, 0 without any.
    qint64 newestTime() const;

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
