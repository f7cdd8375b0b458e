// SPDX-License-Identifier: MIT
#pragma once

#include "ticks.h"

#include <QRepod/Interpolation>

#include <QtCore/qelapsedtimer.h>
#include <QtQml/qqmlparserstatus.h>
#include <QtQml/qqmlproperty.h>
#include <QtQml/qqmlpropertyvaluesource.h>
#include <QtQml/qqmlregistration.h>

#include <memory>

namespace QRepod {

//! The QML type Interpolator: lets a number that changes only now and then move smoothly.
///
/// \code
/// Rectangle {
///     required property var model
///     Interpolator on x { value: model.x }
///     Interpolator on y { value: model.y }
///     Interpolator on rotation { value: model.angle; period: 360 }
/// }
/// \endcode
///
/// It draws the state of `delay` milliseconds ago on the server's clock, between the two states
/// around that time. After the newest state, the value goes on at its last speed for at most
/// `delay`. If nothing comes by then, it has stopped, and goes to where it was last known to be.
///
/// Values from a Replica or ReplicaModel have the time of their tick. Other values have the time at
/// which they are set.
class Interpolator : public QObject, public QQmlPropertyValueSource, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlPropertyValueSource QQmlParserStatus)
    QML_ELEMENT

    //! The value to follow.
    Q_PROPERTY(qreal value READ value WRITE setValue NOTIFY valueChanged FINAL)

    //! In milliseconds; -1 chooses the smallest delay that 99 % of the ticks meet. Default: 100.
    Q_PROPERTY(int delay READ delay WRITE setDelay NOTIFY delayChanged FINAL)

    //! For angles, 360: the value takes the shorter way. Default: 0, none.
    Q_PROPERTY(qreal period READ period WRITE setPeriod NOTIFY periodChanged FINAL)

    //! A larger difference between two states is drawn as a jump. Default: 0, none.
    Q_PROPERTY(
        qreal maximumStep READ maximumStep WRITE setMaximumStep NOTIFY maximumStepChanged FINAL)

public:
    using QObject::QObject;
    ~Interpolator() override;

    qreal value() const { return m_value; }
    void setValue(qreal value);

    int delay() const { return m_delay; }
    void setDelay(int milliseconds);

    qreal period() const { return m_interpolation.period(); }
    void setPeriod(qreal period);

    qreal maximumStep() const { return m_interpolation.maximumStep(); }
    void setMaximumStep(qreal step);

    void setTarget(const QQmlProperty &property) override { m_target = property; }
    void classBegin() override { m_isComplete = false; }
    void componentComplete() override;

Q_SIGNALS:
    void valueChanged();
    void delayChanged();
    void periodChanged();
    void maximumStepChanged();

private:
    void addSample(qreal before);
    void follow(const StateTick &tick);
    void handleTick(qint64 time);
    qint64 now() const;
    void setMoving(bool moving);
    void draw();
    double shownAt(qint64 time) const;
    void stepDelay();

    Interpolation m_interpolation;
    std::shared_ptr<Ticks> m_ticks; // since the first value that came with a tick
    QQmlProperty m_target;
    QElapsedTimer m_frame; // since the last frame
    qreal m_value = 0;
    int m_delay = 100;
    double m_shownDelay = 100;
    qint64 m_changed = 0; // when the value last changed
    bool m_hasValue = false;
    bool m_isMoving = false;
    bool m_isComplete = true; // false between classBegin() and componentComplete()
};

} // namespace QRepod
