// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qabstractanimation.h>

namespace QRepod {

//! Tells of each frame that is drawn, while somebody wants to know. One for each thread.
class Frames : public QAbstractAnimation
{
    Q_OBJECT

public:
    static Frames &ofThisThread();

    //! As often as it is wanted, unwant() is called.
    void want();
    void unwant();

    int duration() const override { return -1; }

Q_SIGNALS:
    void frame();

protected:
    void updateCurrentTime(int) override { Q_EMIT frame(); }

private:
    int m_wanted = 0;
};

} // namespace QRepod
