// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qglobal.h>

#include <memory>

namespace QRepod {

//! A number that moves smoothly, although it is known only now and then.
///
/// States arrive 20 or 30 times a second, at uneven intervals; a window draws 60 times. So the
/// window draws what was true a little while ago, between the two states around that time:
///
/// \code
/// void Network_position(double x, qint64 time) { m_x.addSample(time, x); }
///
/// void draw() { m_ship.setX(m_x.valueAt(m_game.serverTime() - m_x.delay())); }
/// \endcode
///
/// In QML, an `Interpolator` does all of this.
///
/// Times are in milliseconds on any one clock, usually the server's: then it only matters when a
/// state was true, not when it arrived. An Interpolation is a value; use it in one thread at a
/// time.
class QREPOD_EXPORT Interpolation
{
public:
    class Private; ///< the library's implementation

    //! Creates an interpolation with \a delay; see delay().
    explicit Interpolation(int delay = 100);
    ~Interpolation();
    Interpolation(const Interpolation &other);
    Interpolation(Interpolation &&) noexcept;
    Interpolation &operator=(const Interpolation &other);
    Interpolation &operator=(Interpolation &&) noexcept;

    //! How long the value goes on at its last speed after the newest sample, in milliseconds: 0 or
    //! more. After that it stands still. Default: 100.
    int delay() const;
    void setDelay(int milliseconds);

    //! For angles: the value that means the same as 0, such as 360. The value takes the short way
    //! round, and is at least 0 and less than this. Default 0: no period.
    double period() const;
    void setPeriod(double period);

    //! The largest difference between two samples that is drawn as a movement. A larger one is a
    //! jump, for example of a player who is caught and starts again. Default 0: no limit.
    double maximumStep() const;
    void setMaximumStep(double step);

    //! Records that the number was \a value at \a time. Samples may come in any order; a second
    //! sample of the same time replaces the first. Samples more than 5 s older than the newest are
    //! forgotten.
    void addSample(qint64 time, double value);

    //! Records that the number still had the value of the newest sample at \a time. Older times
    //! have no effect.
    void hold(qint64 time);

    //! Returns the number at \a time, on a straight line between the samples around it. Before the
    //! first sample it is the first sample's value; without samples it is 0.
    double valueAt(qint64 time) const;

    //! Forgets all samples.
    void clear();

    bool isEmpty() const;

    //! The time of the newest sample; 0 without samples.
    qint64 newestTime() const;

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
