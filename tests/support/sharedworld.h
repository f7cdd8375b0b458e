// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QObject>

//! An object to share, with one value.
class SharedWorld : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int score READ score NOTIFY scoreChanged)

public:
    int score() const { return m_score; }
    void setScore(int score)
    {
        m_score = score;
        Q_EMIT scoreChanged();
    }

Q_SIGNALS:
    void scoreChanged();

private:
    int m_score = 0;
};
